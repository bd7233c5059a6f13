// A piece made to fit a number of terminal cells: what is left out shows as an ellipsis at the end, in the middle or at the start.

import { characters, piece, piecesText, type CleanText, type Piece } from "./piece.ts";
import { textWidth } from "./text-width.ts";

export type Cut = "end" | "middle" | "start";

const ellipsis = piece("…").text;

/** At most `width` cells of the piece; the piece itself where it fits. */
export function shorten(whole: Piece, width: number, cut: Cut): Piece {
  if (textWidth(whole.text) <= width) return whole;
  if (width < 1) return piece("");
  const room = width - 1;
  const headRoom = cut === "end" ? room : cut === "start" ? 0 : Math.ceil(room / 2);
  const all = characters(whole.text);
  const head = taken(all, headRoom);
  const tail = taken(all.toReversed(), room - headRoom).toReversed();
  return { text: piecesText([...head, ellipsis, ...tail]), tone: whole.tone };
}

function taken(all: readonly CleanText[], room: number): CleanText[] {
  let left = room;
  const end = all.findIndex((character) => (left -= textWidth(character)) < 0);
  return all.slice(0, end === -1 ? all.length : end);
}
