// The shape "stacks": a heading, details, frames with their places in one column, and what stands below on thin lines.

import type { FrameLine, StackNode, View } from "../../protocol/view.ts";
import { joined } from "./joined.ts";
import { blanks, lineWidth, piece, type Line, type Piece } from "./piece.ts";
import { shorten } from "./shorten.ts";
import { wrap } from "./wrap.ts";
import { textWidth } from "./text-width.ts";

const frameIndent = 2;
const functionWidthMax = 48;
const functionWidthMin = 12;
const roomMin = 24;
/** Deeper nodes are drawn at this depth with their depth in figures: a line stays short however deep a tree is. */
const depthMax = 24;

export function drawStacks({ nodes, empty }: Extract<View, { shape: "stacks" }>, width: number | undefined): Line[] {
  if (nodes.length === 0) return empty === undefined ? [] : [[piece(empty, "dim")]];
  return nodes.flatMap((node, index) => [...(index === 0 ? [] : [[]]), ...drawTree(node, width)]);
}

interface Placed {
  node: StackNode;
  depth: number;
  /** What stands before the node's first line, and before its others. */
  first: string;
  rest: string;
}

/** Without recursion: the depth of a tree of tasks is the target's to choose. */
function drawTree(root: StackNode, width: number | undefined): Line[] {
  const lines: Line[] = [];
  const waiting: Placed[] = [{ node: root, depth: 0, first: "", rest: "" }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const line of drawNode(next, width)) lines.push(line);
    const { node, depth, rest } = next;
    const below = node.children.map((child, index) => placed(child, { depth: depth + 1, rest, last: index === node.children.length - 1 }));
    for (const one of below.toReversed()) waiting.push(one);
  }
  return lines;
}

function placed(node: StackNode, { depth, rest, last }: { depth: number; rest: string; last: boolean }): Placed {
  const base = depth > depthMax ? rest.slice(0, -3) : rest;
  const mark = depth > depthMax ? `(${depth}) ` : "";
  return { node, depth, first: `${base}${last ? "└─ " : "├─ "}${mark}`, rest: `${base}${last ? "   " : "│  "}` };
}

function drawNode({ node, first, rest }: Placed, width: number | undefined): Line[] {
  const before = piece(rest, "dim");
  const trunk = node.children.length > 0 ? piece(`${rest}│`, "dim") : before;
  const room = width === undefined ? undefined : Math.max(roomMin, width - rest.length - frameIndent);
  const inner = [...node.details.flatMap((detail) => wrap([piece(detail)], room, 2)), ...drawFrames(node.frames, room)].filter(
    (line) => line.length > 0,
  );
  const indented = inner.map((line): Line => [trunk, blanks(rest.length + frameIndent - lineWidth([trunk])), ...line]);
  const heads = wrap(joined(node.heading), room, 2);
  return [...heads.map((line, index): Line => [index === 0 ? piece(first, "dim") : before, ...line]), ...indented];
}

function drawFrames(frames: readonly FrameLine[], room: number | undefined): Line[] {
  const functionWidth = functionColumn(frames, room);
  return frames.flatMap((frame) => [drawFrame(frame, functionWidth, room), ...sourceLines(frame, room)]);
}

/** As wide as the longest function, as long as the longest place still fits beside it; a longer function pushes its own place to the right. */
function functionColumn(frames: readonly FrameLine[], room: number | undefined): number {
  const longest = (text: (frame: FrameLine) => string): number =>
    frames.reduce((most, frame) => Math.max(most, textWidth(piece(text(frame)).text)), 0);
  const most =
    room === undefined
      ? functionWidthMax
      : Math.min(functionWidthMax, Math.max(functionWidthMin, room - 2 - longest(({ place }) => place)));
  return Math.min(
    longest((frame) => frame.function),
    most,
  );
}

function drawFrame(frame: FrameLine, functionWidth: number, room: number | undefined): Line {
  const { name, place } = fitted(piece(frame.function, frame.tone), piece(frame.place, "dim"), room);
  const gap = 2 + Math.max(0, functionWidth - textWidth(name.text));
  const aligned = room === undefined || functionWidth + 2 + textWidth(place.text) <= room;
  return [name, blanks(aligned ? gap : 2), place];
}

/** Both whole where they fit side by side; else the place keeps its end (file and line), the function its beginning. */
function fitted(name: Piece, place: Piece, room: number | undefined): { name: Piece; place: Piece } {
  if (room === undefined || lineWidth([name]) + 2 + lineWidth([place]) <= room) return { name, place };
  const nameShare = Math.min(lineWidth([name]), Math.max(functionWidthMin, Math.floor(room / 2)));
  const shortPlace = shorten(place, Math.max(1, room - 2 - nameShare), "start");
  return { name: shorten(name, Math.max(1, room - 2 - lineWidth([shortPlace])), "end"), place: shortPlace };
}

function sourceLines({ source }: FrameLine, room: number | undefined): Line[] {
  if (source === undefined) return [];
  const lines = source.replaceAll("\t", "    ").split("\n");
  return lines.map((line): Line => {
    const whole = piece(line.trim());
    return [blanks(4), room === undefined ? whole : shorten(whole, room - 4, "end")];
  });
}
