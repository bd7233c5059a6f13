// The shape "table": aligned columns. On a terminal that is too narrow the columns marked for it shrink;
// where that is not enough, rows continue on indented lines below. Without a terminal nothing is cut.

import type { Column, View } from "../../protocol/view.ts";
import { blanks, lineWidth, piece, withoutBlanksAtEnd, type Line, type Piece } from "./piece.ts";
import { shorten } from "./shorten.ts";
import { textWidth } from "./text-width.ts";

const gap = 2;
const continuationIndent = 4;
const shrunkWidthMin = 12;
/** Without a terminal a longer cell stands whole, and its column is not padded to it. */
const paddingMax = 200;

type Row = readonly Piece[];

export function drawTable({ columns, rows, empty }: Extract<View, { shape: "table" }>, width: number | undefined): Line[] {
  if (rows.length === 0) return empty === undefined ? [] : [[piece(empty, "dim")]];
  const head = columns.map(({ title }) => piece(title, "dim"));
  const body = rows.map((row) => columns.map((_, index) => piece(row[index] ?? "")));
  const natural = columns.map((_, index) => [head, ...body].reduce((most, row) => Math.max(most, cellWidth(row, index)), 0));
  const widths = width === undefined ? natural.map((one) => Math.min(one, paddingMax)) : shrunk(natural, columns, width);
  const parts = width === undefined ? [columns.map((_, index) => index)] : folded(widths, width);
  return [head, ...body].flatMap((row) =>
    parts.map((part, index) =>
      drawRow({ row, part, columns, widths, cuts: width !== undefined, indent: index === 0 ? 0 : continuationIndent }),
    ),
  );
}

function cellWidth(row: Row, index: number): number {
  return textWidth(row[index]?.text ?? "");
}

/** The widths with the columns that may shrink made narrower, evenly from the widest down, as far as is needed; only to half a line where rows will be continued anyway. */
function shrunk(natural: readonly number[], columns: readonly Column[], width: number): number[] {
  const whole = natural.map((one) => Math.min(one, width - continuationIndent));
  const widths = [...whole];
  let excess = widths.reduce((sum, one) => sum + one + gap, -gap) - width;
  const shrinking = columns.flatMap((column, index) => (column.shrinks === true ? [index] : []));
  while (excess > 0) {
    const widest = shrinking.reduce((best, index) => ((widths[index] ?? 0) > (widths[best] ?? -1) ? index : best), -1);
    const before = widths[widest] ?? 0;
    if (before <= shrunkWidthMin)
      return whole.map((one, index) => (columns[index]?.shrinks === true ? Math.min(one, Math.floor(width / 2)) : one));
    const second = shrinking.reduce((most, index) => (index === widest ? most : Math.max(most, widths[index] ?? 0)), shrunkWidthMin);
    const after = Math.max(before - excess, Math.min(second, before - 1), shrunkWidthMin);
    widths[widest] = after;
    excess -= before - after;
  }
  return widths;
}

/** Which columns stand together on a line: all of them where they fit. */
function folded(widths: readonly number[], width: number): number[][] {
  const parts: number[][] = [[]];
  let used = 0;
  for (const [index, one] of widths.entries()) {
    const first = parts.at(-1)?.length === 0;
    if (!first && used + gap + one > width) {
      parts.push([]);
      used = continuationIndent + one;
    } else used += first ? one : gap + one;
    parts.at(-1)?.push(index);
  }
  return parts;
}

interface RowFacts {
  row: Row;
  part: readonly number[];
  columns: readonly Column[];
  widths: readonly number[];
  cuts: boolean;
  indent: number;
}

function drawRow({ row, part, columns, widths, cuts, indent }: RowFacts): Line {
  const line = part.flatMap((index, place) => {
    const width = widths[index] ?? 0;
    const whole = row[index] ?? piece("");
    const cell = cuts ? fitted(whole, width) : whole;
    const padding = blanks(width - lineWidth([cell]));
    const before = blanks(place === 0 ? indent : gap);
    return columns[index]?.align === "right" ? [before, padding, cell] : [before, cell, padding];
  });
  return withoutBlanksAtEnd(line);
}

/** Paths and dotted names are known by both ends, other text by its beginning. */
function fitted(cell: Piece, width: number): Piece {
  return shorten(cell, width, /[/\\]|\w\.\w/.test(cell.text) ? "middle" : "end");
}
