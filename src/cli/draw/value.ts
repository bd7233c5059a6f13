// The shape "value": one answer on one line, folded only on a narrow terminal.

import type { View } from "../../protocol/view.ts";
import { piece, type Line } from "./piece.ts";
import { wrap } from "./wrap.ts";

export function drawValue(view: Extract<View, { shape: "value" }>, width: number | undefined): Line[] {
  return wrap([piece(view.value)], width, 0);
}
