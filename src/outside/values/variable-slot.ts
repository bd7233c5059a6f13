// One variable of a frame before its value is read, and what both kinds of frames need to find it.

import { i32, u64 } from "../../base/bytes.ts";
import type { VariableKind } from "../../stacks/value.ts";
import { readWord } from "../memory.ts";
import type { Walk } from "./walk.ts";

/** A variable before its value is read. `content` is undefined where it is not bound, a bigint where the int stands in the frame itself. */
export interface VariableSlot {
  readonly name: string;
  readonly kind: VariableKind;
  readonly content: number | bigint | undefined;
}

/** What a slot that a cell may stand in holds: the cell's content, or the value itself while the cell is not made yet. */
export function throughCell(walk: Walk, content: VariableSlot["content"]): VariableSlot["content"] {
  if (typeof content !== "number" || walk.types.typeOf(content)?.native !== "cell") return content;
  const inner = readWord(walk.heap.memory, content + walk.heap.layout.cell.content);
  return inner === 0 ? undefined : inner;
}

/** Arguments with keyword-only ones, *args and **kwargs (CO_VARARGS, CO_VARKEYWORDS): they are the first variables. */
export function countArguments({ heap }: Walk, code: Buffer): number {
  const { argumentCount, keywordOnlyCount, flags } = heap.layout.code;
  const bits = i32(code, flags);
  return i32(code, argumentCount) + i32(code, keywordOnlyCount) + ((bits & 0x4) === 0 ? 0 : 1) + ((bits & 0x8) === 0 ? 0 : 1);
}

/** Words of memory; undefined where they can't be read or are more than any frame has. */
export function readWords({ heap }: Walk, address: number, count: number): number[] | undefined {
  const bytes = count >= 0 && count <= 65_536 ? heap.memory.read(address, count * 8) : undefined;
  return bytes === undefined ? undefined : Array.from({ length: count }, (_, index) => u64(bytes, index * 8));
}
