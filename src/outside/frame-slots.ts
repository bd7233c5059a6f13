// Every object that a frame holds, as addresses: its variables (with cells), and its value stack. For whoever looks for a lock or a request in it.
// Source: f_localsplus of PyFrameObject (3.8 to 3.10) and _PyInterpreterFrame (3.11 and later).

import { i32, u64 } from "../base/bytes.ts";
import { readFrameWords } from "./frame-size.ts";
import { blockDepth, handlerDepth } from "./handler-depth.ts";
import { type Heap, untagged } from "./heap.ts";
import { absent } from "./layout-type.ts";
import { readWord } from "./memory.ts";
import type { FramePlace } from "./raw-frame.ts";

export interface FrameSlots {
  /** Arguments, local variables, cells and free variables, in their order; 0 for an unbound one. */
  readonly variables: readonly number[];
  /** The part of the value stack that is in use for sure, deepest first; 0 for an empty slot. */
  readonly stack: readonly number[];
  /** Slots above it: in use, or left from before. */
  readonly above: readonly number[];
  /** True where the depth of the stack is recorded: then `stack` is all of it, and `above` is empty. */
  readonly recorded: boolean;
}

const mostSlots = 65_536;
const none: FrameSlots = { variables: [], stack: [], above: [], recorded: false };

/** The slots of a frame; empty where they can't be read. Whatever is found in them must be checked for its type. */
export function readFrameSlots(heap: Heap, place: FramePlace): FrameSlots {
  const extent = heap.layout.frame.localsPlus === absent ? objectExtent(heap, place) : interpreterExtent(heap, place);
  if (extent === undefined || !(extent.count > 0 && extent.count <= mostSlots)) return none;
  const { start, count, variables, inUse, recorded } = extent;
  if (!(variables >= 0 && inUse >= 0 && variables + inUse <= count)) return none;
  const bytes = heap.memory.read(start, count * 8);
  if (bytes === undefined) return none;
  const slots = Array.from({ length: count }, (_, index) => untagged(heap.layout, u64(bytes, index * 8)));
  const top = variables + inUse;
  return { variables: slots.slice(0, variables), stack: slots.slice(variables, top), above: recorded ? [] : slots.slice(top), recorded };
}

/**
 * Whether a call of that code lies there just now. The memory of a frame may be another call's a moment after it was found: then its variables
 * would be read with the wrong names and numbers.
 */
export function holdsCode({ memory, layout }: Heap, { address, code }: Pick<FramePlace, "address" | "code">): boolean {
  const offset = layout.frame.localsPlus === absent ? layout.frameObject.code : layout.frame.executable;
  return code !== 0 && untagged(layout, readWord(memory, address + offset) ?? 0) === code;
}

interface Extent {
  readonly start: number;
  /** Slots in all, of which the first are variables. */
  readonly count: number;
  readonly variables: number;
  /** Values that are on the stack for sure. */
  readonly inUse: number;
  /** True where that is all of them. */
  readonly recorded: boolean;
}

function interpreterExtent(heap: Heap, { address, code }: FramePlace): Extent | undefined {
  const { memory, layout } = heap;
  const { frame } = layout;
  const words = readFrameWords(heap, code);
  const variableCount = memory.read(code + layout.code.variableCount, 4);
  const head = memory.read(address, frame.localsPlus);
  if (words === undefined || variableCount === undefined || head === undefined) return undefined;
  const variables = i32(variableCount, 0);
  const start = address + frame.localsPlus;
  const depth = recordedDepth(heap, head, start, variables);
  const offset = u64(head, frame.instruction) - code - layout.code.bytecodeAdaptive;
  return {
    start,
    count: words - frame.localsPlus / 8,
    variables,
    inUse: depth ?? handlerDepth(heap, code, offset),
    recorded: depth !== undefined,
  };
}

function recordedDepth({ layout: { frame } }: Heap, head: Buffer, start: number, variables: number): number | undefined {
  if (frame.stackPointer === absent) {
    const top = i32(head, frame.stackTop);
    return top < 0 ? undefined : top - variables;
  }
  const pointer = u64(head, frame.stackPointer);
  return pointer === 0 ? undefined : (pointer - start) / 8 - variables;
}

// f_stacktop is null and f_stackdepth is not kept while the frame runs.
function objectExtent(heap: Heap, { address, code }: FramePlace): Extent | undefined {
  const { memory, layout } = heap;
  const { frameObject } = layout;
  const head = memory.read(address, frameObject.localsPlus);
  const stackSize = memory.read(code + layout.code.stackSize, 4);
  if (head === undefined || stackSize === undefined) return undefined;
  const start = address + frameObject.localsPlus;
  const variables = (u64(head, frameObject.valueStack) - start) / 8;
  return { start, count: variables + i32(stackSize, 0), variables, inUse: blockDepth(heap, head), recorded: false };
}
