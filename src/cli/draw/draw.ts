// Views to lines: each shape is drawn by its own file, a title stands above, a blank line between two views.
// The last step of a request's path but for the palette (paint.ts).

import type { View } from "../../protocol/view.ts";
import { drawEvents } from "./events.ts";
import { piece, type Line } from "./piece.ts";
import { drawRecord } from "./record.ts";
import { drawStacks } from "./stacks.ts";
import { drawTable } from "./table.ts";
import { drawText } from "./text.ts";
import { drawValue } from "./value.ts";

/** `width` in terminal cells; undefined where it is no terminal, and then nothing is cut or folded. */
export function drawViews(views: readonly View[], width: number | undefined): Line[] {
  const drawn = views.map((view) => titled(view, drawShape(view, width))).filter((lines) => lines.length > 0);
  return drawn.flatMap((lines, index) => (index === 0 ? lines : [[], ...lines]));
}

function titled(view: View, lines: Line[]): Line[] {
  return view.title === undefined ? lines : [[piece(view.title, "strong")], ...lines];
}

function drawShape(view: View, width: number | undefined): Line[] {
  switch (view.shape) {
    case "value":
      return drawValue(view, width);
    case "record":
      return drawRecord(view, width);
    case "table":
      return drawTable(view, width);
    case "stacks":
      return drawStacks(view, width);
    case "events":
      return drawEvents(view, width);
    case "text":
      return drawText(view, width);
  }
}
