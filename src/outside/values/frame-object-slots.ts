// Variables of a frame of 3.8 to 3.10: [fast locals][cells][free variables], named by three tuples of the code object.
// An argument that an inner function uses has its fast slot emptied and lives in its cell (co_cell2arg).

import { i32, u64 } from "../../base/bytes.ts";
import type { FramePlace } from "../raw-frame.ts";
import { readSequence } from "../sequences.ts";
import { readString } from "../strings.ts";
import { countArguments, readWords, throughCell, type VariableSlot } from "./variable-slot.ts";
import type { Walk } from "./walk.ts";

const mostNames = 65_536;

export function readObjectSlots(walk: Walk, place: FramePlace, code: Buffer): VariableSlot[] | undefined {
  const { layout } = walk.heap;
  const [locals, cells, free] = [layout.code.localNames, layout.code.cellNames, layout.code.freeNames].map((offset) =>
    readNames(walk, u64(code, offset)),
  );
  if (locals === undefined || cells === undefined || free === undefined || i32(code, layout.code.localCount) !== locals.length)
    return undefined;
  const words = readWords(walk, place.address + layout.frameObject.localsPlus, locals.length + cells.length + free.length);
  if (words === undefined) return undefined;
  const contents = words.map((word) => (word === 0 ? undefined : word));
  const inCells = new Map(cells.map((name, index) => [name, throughCell(walk, contents[locals.length + index])]));
  const inFree = free.map((name, index) => ({
    name,
    kind: "free" as const,
    content: throughCell(walk, contents[locals.length + cells.length + index]),
  }));
  const argumentCount = countArguments(walk, code);
  const fast = locals.map((name, index) => ({
    name,
    kind: index < argumentCount ? ("argument" as const) : ("local" as const),
    content: contents[index] ?? inCells.get(name),
  }));
  const rest = cells.filter((name) => !locals.includes(name)).map((name) => ({ name, kind: "cell" as const, content: inCells.get(name) }));
  return [...fast, ...rest, ...inFree];
}

function readNames({ heap }: Walk, tuple: number): string[] {
  return readSequence(heap, tuple, mostNames).map((address) => readString(heap, address) ?? "");
}
