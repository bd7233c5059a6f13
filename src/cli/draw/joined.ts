// Cells side by side, without those that are empty: two blanks apart where they do not bring blanks of their own.

import type { Cell } from "../../protocol/view.ts";
import { blanks, piece, type Piece } from "./piece.ts";

export function joined(cells: readonly Cell[]): Piece[] {
  const pieces = cells.map((cell) => piece(cell)).filter(({ text }) => text !== "");
  return pieces.flatMap((one, index) => {
    const apart = index === 0 || one.text.startsWith(" ") || pieces[index - 1]?.text.endsWith(" ") === true;
    return apart ? [one] : [blanks(2), one];
  });
}
