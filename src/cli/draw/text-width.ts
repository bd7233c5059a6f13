// How many cells of a terminal a text takes, and where it may be cut. Written out here because the libraries for it build
// Intl.Segmenter and the pattern RGI_Emoji when they are loaded: 35 ms of every start (Node 20). A test compares each code point with string-width.

/**
 * Characters of one cell that nothing joins: ASCII, the Latin letters that follow it, dashes, ellipses, arrows and lines of trees.
 * Most texts are made of them, and the patterns below take a millisecond to build.
 */
const plain = /^[ -~\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u21ff\u2500-\u257f]*$/;

/** East Asian Width W and F (Unicode 17, UAX #11) and pictures that terminals draw in two cells. */
const wide =
  // eslint-disable-next-line no-misleading-character-class -- a range of code points, not a sequence
  /[\u1100-\u115f\u2329\u232a\u2630-\u2637\u268a-\u268f\u2e80-\u2e99\u2e9b-\u2ef3\u2f00-\u2fd5\u2ff0-\u303e\u3041-\u3096\u{3099}-\u30ff\u3105-\u312f\u3131-\u318e\u3190-\u31e5\u31ef-\u321e\u3220-\u3247\u3250-\ua48c\ua490-\ua4c6\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe52\ufe54-\ufe66\ufe68-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{16fe4}\u{16ff0}-\u{16ff6}\u{17000}-\u{18cd5}\u{18cff}-\u{18d1e}\u{18d80}-\u{18df2}\u{1aff0}-\u{1b2fb}\u{1d300}-\u{1d356}\u{1d360}-\u{1d376}\u{1f200}-\u{1f202}\u{1f210}-\u{1f23b}\u{1f240}-\u{1f248}\u{1f250}\u{1f251}\u{1f260}-\u{1f265}\u{20000}-\u{2fffd}\u{30000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** Marks that stand on the character before, the second and third part of a Hangul syllable, and what is never drawn. */
const widthless = /[\p{Mn}\p{Me}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\u1160-\u11ff\ud7b0-\ud7c6\ud7cb-\ud7fb]/u;

/** What people take for one character: a pair of regional indicators, or a character with its marks and skin tone. */
const cluster = /(?:\p{Regional_Indicator}{2}|\P{M}|^)[\p{M}\p{Emoji_Modifier}\u1160-\u11ff]*/gu;

/** Cells that the text takes: two for CJK and emoji, none for a combining mark. */
export function textWidth(text: string): number {
  if (plain.test(text)) return text.length;
  return clustersOf(text).reduce((sum, one) => sum + clusterWidth(one), 0);
}

/** The text in pieces that a cut may fall between. */
export function clustersOf(text: string): string[] {
  return plain.test(text) ? text.split("") : (text.match(cluster) ?? []).filter((one) => one !== "");
}

function clusterWidth(text: string): number {
  const [first = "", ...rest] = text;
  const behind = rest.reduce((sum, one) => sum + widthBehind(first, one), 0);
  if (/\p{Regional_Indicator}/u.test(first)) return behind === 0 ? 1 : 2;
  // U+FE0F asks for the picture of a character that also has a plain form; U+20E3 draws a key around a digit.
  if (/\p{Extended_Pictographic}\ufe0f|\ufe0f\u20e3/u.test(text)) return 2;
  return (widthless.test(first) ? 0 : wide.test(first) ? 2 : 1) + behind;
}

function widthBehind(first: string, character: string): number {
  if (widthless.test(character) || (/\p{Emoji_Modifier}/u.test(character) && /\p{Emoji_Modifier_Base}/u.test(first))) return 0;
  return wide.test(character) ? 2 : 1;
}
