// The shape "events": one line per event, its parts two blanks apart; a long one is folded with its rest indented.

import type { View } from "../../protocol/view.ts";
import { piece, type Line } from "./piece.ts";
import { joined } from "./joined.ts";
import { wrap } from "./wrap.ts";

export function drawEvents({ lines, empty }: Extract<View, { shape: "events" }>, width: number | undefined): Line[] {
  if (lines.length === 0) return empty === undefined ? [] : [[piece(empty, "dim")]];
  return lines.flatMap((cells) => wrap(joined(cells), width, 4));
}
