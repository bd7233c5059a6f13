// A line folded at the width of the page, at blanks where there are any; the lines after the first hang under a column.

import { blanks, characters, lineWidth, piece, piecesText, withoutBlanksAtEnd, type CleanText, type Line, type Piece } from "./piece.ts";
import { textWidth } from "./text-width.ts";

/** The line as it stands where it fits or where the page has no width. */
export function wrap(line: Line, width: number | undefined, hang: number): Line[] {
  if (width === undefined || lineWidth(line) <= width) return [line];
  const indent = hang < width / 2 ? hang : 0;
  const lines: Piece[][] = [[]];
  let used = 0;
  for (const word of line.flatMap(wordsOf)) {
    for (const part of fitting(word, width - indent)) {
      const partWidth = textWidth(part.text);
      if (used + partWidth > width && used > 0) {
        lines.push([blanks(indent)]);
        used = indent;
        if (part.text.trim() === "") continue;
      }
      lines.at(-1)?.push(part);
      used += partWidth;
    }
  }
  return lines.map(withoutBlanksAtEnd).filter((one) => lineWidth(one) > 0);
}

/** Words and the blanks between them; blanks at the start of a piece stay with its first word, so an indented line stays so. */
function wordsOf(whole: Piece): Piece[] {
  const parts = whole.text.match(/ +|[^ ]+/g) ?? [];
  return parts.map((part) => ({ text: part as CleanText, tone: whole.tone }));
}

/** A word wider than a line, in parts that fit. */
function fitting(word: Piece, width: number): Piece[] {
  if (textWidth(word.text) <= width) return [word];
  const parts: CleanText[][] = [[]];
  let used = 0;
  for (const character of characters(word.text)) {
    const characterWidth = textWidth(character);
    if (used + characterWidth > width) {
      parts.push([]);
      used = 0;
    }
    parts.at(-1)?.push(character);
    used += characterWidth;
  }
  return parts.map((part) => ({ text: piecesText(part), tone: word.tone }));
}

/** The column at which the last part of a text line begins, after its last run of two or more blanks: where its folds belong. */
export function hangOf(text: string): number {
  let hang = 0;
  for (const match of text.matchAll(/ {2,}(?=\S)/g)) hang = match.index + match[0].length;
  return hang === 0 ? 0 : textWidth(piece(text.slice(0, hang)).text);
}
