// The one point where text becomes something that may be drawn: only piece() makes a Piece, and it cleans what it is given.
// Every drawing is made of Pieces, so no text reaches a terminal around it.

import { cleanText } from "../../base/clean-text.ts";
import type { Cell, Tone } from "../../protocol/view.ts";
import { clustersOf, textWidth } from "./text-width.ts";

declare const cleaned: unique symbol;

/** Text that went through cleanText; TypeScript keeps any other string out. */
export type CleanText = string & { readonly [cleaned]: true };

export interface Piece {
  readonly text: CleanText;
  readonly tone: Tone;
}

/** One line of a drawing. */
export type Line = readonly Piece[];

export function piece(cell: Cell, tone: Tone = "plain"): Piece {
  return typeof cell === "string" ? { text: clean(cell), tone } : { text: clean(cell.text), tone: cell.tone };
}

function clean(text: string): CleanText {
  return cleanText(text) as CleanText;
}

/** Part of clean text, or clean texts joined: what was clean stays clean. */
export function piecesText(parts: readonly CleanText[]): CleanText {
  return parts.join("") as CleanText;
}

export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + textWidth(text), 0);
}

export function blanks(count: number): Piece {
  return piece(" ".repeat(Math.max(0, count)));
}

/** The line without the pieces at its end that are only padding. */
export function withoutBlanksAtEnd(line: Line): Line {
  return line.slice(0, line.findLastIndex(({ text }) => text.trim() !== "") + 1);
}

/** The characters as people count them, so that a cut never falls inside one. */
export function characters(text: CleanText): CleanText[] {
  return clustersOf(text) as CleanText[];
}
