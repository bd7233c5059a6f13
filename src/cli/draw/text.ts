// The shape "text": lines as they are; prose is folded at the page's width, under the column its last part begins at.

import type { View } from "../../protocol/view.ts";
import { piece, type Line } from "./piece.ts";
import { hangOf, wrap } from "./wrap.ts";

const proseWidthMax = 100;
const proseWidthWithoutTerminal = 80;

export function drawText({ text, wraps }: Extract<View, { shape: "text" }>, width: number | undefined): Line[] {
  if (text === "") return [];
  const proseWidth = Math.min(width ?? proseWidthWithoutTerminal, proseWidthMax);
  const lines = text.replace(/\n$/, "").replaceAll("\t", "    ").split("\n");
  return lines.flatMap((line) => (wraps === true ? wrap([piece(line)], proseWidth, hangOf(line)) : [[piece(line)]]));
}
