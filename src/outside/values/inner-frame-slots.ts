// Variables of a frame of 3.11 and later: one row of slots, with a name and a kind for each in the code object.
// Source: CO_FAST_LOCAL, CO_FAST_CELL, CO_FAST_FREE, CO_FAST_HIDDEN of Include/internal/pycore_code.h; 3.15 keeps kinds of arguments in the low bits.

import { i32, u64 } from "../../base/bytes.ts";
import type { VariableKind } from "../../stacks/value.ts";
import type { FramePlace } from "../raw-frame.ts";
import { readSequence } from "../sequences.ts";
import { readString } from "../strings.ts";
import { readByteRange } from "./byte-range.ts";
import { countArguments, throughCell, type VariableSlot } from "./variable-slot.ts";
import type { Walk } from "./walk.ts";

const kinds = { hidden: 0x10, cell: 0x40, free: 0x80 } as const;
const mostSlots = 65_536;

export function readInnerSlots(walk: Walk, place: FramePlace, code: Buffer): VariableSlot[] | undefined {
  const { memory, layout } = walk.heap;
  const count = i32(code, layout.code.variableCount);
  if (!(count >= 0 && count <= mostSlots)) return undefined;
  const names = readSequence(walk.heap, u64(code, layout.code.variableNames), mostSlots);
  const bits = readByteRange(walk.heap, u64(code, layout.code.variableKinds), mostSlots);
  const slots = memory.read(place.address + layout.frame.localsPlus, count * 8);
  if (slots === undefined || bits === undefined || names.length !== count || bits.bytes.length !== count) return undefined;
  const argumentCount = countArguments(walk, code);
  return names.flatMap((nameAddress, index) => {
    const kindBits = bits.bytes[index] ?? 0;
    const raw = contentOf(walk, slots.readBigUInt64LE(index * 8));
    const content = (kindBits & (kinds.cell | kinds.free)) === 0 ? raw : throughCell(walk, raw);
    // The variable of a comprehension that is not running, or has not begun.
    if ((kindBits & kinds.hidden) !== 0 && content === undefined) return [];
    return [{ name: readString(walk.heap, nameAddress) ?? "", kind: kindOf(kindBits, index < argumentCount), content }];
  });
}

function kindOf(bits: number, isArgument: boolean): VariableKind {
  if (isArgument) return "argument";
  if ((bits & kinds.hidden) !== 0) return "comprehension";
  if ((bits & kinds.free) !== 0) return "free";
  return (bits & kinds.cell) === 0 ? "local" : "cell";
}

// Null is 0, and 1 from 3.14 on; the two low bits are tags, and both set mean that an int stands here itself.
function contentOf({ heap: { layout } }: Walk, word: bigint): VariableSlot["content"] {
  const tagged = layout.minor >= 14 || layout.freeThreaded;
  if (!tagged) return word === 0n ? undefined : Number(word);
  const tag = word & 3n;
  if (tag === 3n && layout.minor >= 14) return BigInt.asIntN(64, word) >> 2n;
  const pointer = word - tag;
  return pointer === 0n ? undefined : Number(pointer);
}
