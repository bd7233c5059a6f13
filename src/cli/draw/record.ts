// The shape "record": names in one column, values in the next, a remedy below the value it belongs to.

import type { View } from "../../protocol/view.ts";
import { blanks, piece, type Line } from "./piece.ts";
import { wrap } from "./wrap.ts";
import { textWidth } from "./text-width.ts";

const nameWidthMax = 30;

export function drawRecord({ fields }: Extract<View, { shape: "record" }>, width: number | undefined): Line[] {
  const longest = fields.reduce((most, { name }) => Math.max(most, textWidth(piece(name).text)), 0);
  const nameWidth = Math.min(nameWidthMax, longest);
  const hang = nameWidth + 2;
  return fields.flatMap(({ name, value, remedy }) => {
    const label = piece(name, "dim");
    const line = [label, blanks(hang - Math.min(nameWidth, textWidth(label.text))), piece(value)];
    const below = remedy === undefined ? [] : wrap([blanks(hang), piece("→ ", "dim"), piece(remedy)], width, hang + 2);
    return [...wrap(line, width, hang), ...below];
  });
}
