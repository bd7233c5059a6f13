// Foreign text made safe to draw on a terminal: no escape, control or bidirectional character survives.
// The last step before any text of a target, a file or a log is drawn; JSON output escapes them itself.

// C0, DEL, C1 (ECMA-48), line and paragraph separators, bidirectional controls (Unicode UAX #9), zero-width and byte-order marks, unpaired surrogates.
const unsafeCharacters =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Cs}/gu;

const ascii = /^[ -~]*$/;

/** The text with every unsafe character shown as its code (`\x1b`, `\u202e`), so that nothing is hidden and nothing acts. */
export function cleanText(text: string): string {
  // Most texts are, and the pattern above is slow to build.
  if (ascii.test(text)) return text;
  return text.replace(unsafeCharacters, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}
