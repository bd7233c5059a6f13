// The chain of awaits behind a coroutine: its own frame, the frame of what it awaits, and so on, with the object it ends at.
// Source: Objects/genobject.c _PyGen_yf of each version (where a suspended coroutine keeps what it awaits).

import { i32, u64 } from "../base/bytes.ts";
import type { Frame } from "../stacks/model.ts";
import { type Code, type CodeCache, frameOf, readCode } from "./code.ts";
import { createCycleWatch } from "./cycle-watch.ts";
import { type Heap, typeAddressOf, untagged } from "./heap.ts";
import { absent } from "./layout-type.ts";
import { readWord } from "./memory.ts";
import type { FramePlace } from "./raw-frame.ts";
import { readBytes } from "./strings.ts";
import { readTypeOf } from "./type-facts.ts";

export interface AwaitedFrame {
  readonly frame: Frame;
  /** The first local variable, where the frame's locals can be read: `self`, or a function's first argument. */
  readonly firstLocal: number;
  /** Where it was found, for whoever reads its variables: sound only while the coroutine has not moved on. */
  readonly place: FramePlace;
}

export interface AwaitChain {
  /** Outermost first, as the coroutine that the task was made of. */
  readonly frames: readonly AwaitedFrame[];
  /** True where a frame of the chain runs just now: what it calls is on its thread's stack, not here. */
  readonly executing: boolean;
  /** Type of the object at the end, such as "_asyncio.Future". */
  readonly endsAt: string;
}

const longestChain = 1_000;
// YIELD_FROM of 3.8 to 3.10 (Include/opcode.h).
const yieldFromOpcode = 72;
const largestBytecode = 16 * 1024 * 1024;

/** Follows the chain from a coroutine; undefined where a part of it is not sound. */
export function readAwaitChain(heap: Heap, codes: CodeCache, coroutine: number): AwaitChain | undefined {
  const frames: AwaitedFrame[] = [];
  const isCycle = createCycleWatch();
  let current = coroutine;
  for (let step = 0; current !== 0 && step < longestChain; step += 1) {
    if (isCycle(current)) return undefined;
    const type = typeAddressOf(heap, current);
    if (!isFrameOwner(heap, type)) {
      const inner = innerOf(heap, current);
      if (inner === undefined) return { frames, executing: false, endsAt: readTypeOf(heap, current)?.name ?? "" };
      current = inner;
      continue;
    }
    const suspended = heap.layout.generator.frame === absent ? readFrameObject(heap, codes, current) : readInnerFrame(heap, codes, current);
    if (suspended === undefined) return undefined;
    if (suspended.frame !== undefined) frames.push({ frame: suspended.frame, firstLocal: suspended.firstLocal, place: suspended.place });
    if (suspended.executing) return { frames, executing: true, endsAt: "" };
    current = suspended.awaited;
  }
  return { frames, executing: false, endsAt: "" };
}

function isFrameOwner({ types }: Heap, type: number | undefined): boolean {
  return type !== undefined && (type === types.coroutine || type === types.generator || type === types.asyncGenerator);
}

// Iterators that only pass on to a coroutine or generator, which all keep it as their first field.
const passing = new Set(["async_generator_asend", "async_generator_athrow", "coroutine_wrapper", "anext_awaitable"]);

function innerOf(heap: Heap, address: number): number | undefined {
  const name = readTypeOf(heap, address)?.name;
  if (name === undefined || !passing.has(name)) return undefined;
  return readWord(heap.memory, address + heap.layout.object.size);
}

interface Suspended {
  readonly frame: Frame | undefined;
  readonly place: FramePlace;
  readonly firstLocal: number;
  readonly executing: boolean;
  /** What it awaits; 0 where that can't be told. */
  readonly awaited: number;
}

const ended: Suspended = {
  frame: undefined,
  place: { address: 0, code: 0, ownedByGenerator: true },
  firstLocal: 0,
  executing: false,
  awaited: 0,
};

// 3.8 to 3.10: the frame is an object of its own.
function readFrameObject(heap: Heap, codes: CodeCache, generator: number): Suspended | undefined {
  const { memory, layout } = heap;
  const offsets = layout.frameObject;
  const address = readWord(memory, generator + layout.generator.frameObject);
  if (address === undefined) return undefined;
  if (address === 0) return ended;
  const head = memory.read(address, offsets.localsPlus + 8);
  const code = head === undefined ? undefined : readCode(heap, codes, u64(head, offsets.code));
  if (head === undefined || code === undefined) return undefined;
  const executing = offsets.state === absent ? head.readUInt8(offsets.executing) === 1 : head.readInt8(offsets.state) === 0;
  const unit = layout.minor >= 10 ? 2 : 1;
  const instruction = i32(head, offsets.lastInstruction) * unit;
  const frame = frameOf({ heap, codes }, code, instruction, 0);
  const awaited = executing || instruction < 0 ? 0 : awaitedByFrameObject(heap, head, code, instruction);
  return {
    frame,
    place: { address, code: code.address, ownedByGenerator: true },
    firstLocal: u64(head, offsets.localsPlus),
    executing,
    awaited,
  };
}

function awaitedByFrameObject(heap: Heap, head: Buffer, code: Code, instruction: number): number {
  const { memory, layout } = heap;
  const offsets = layout.frameObject;
  const bytecode = readBytes(heap, readWord(memory, code.address + layout.code.bytecode) ?? 0, largestBytecode);
  if (bytecode === undefined || bytecode[instruction + 2] !== yieldFromOpcode) return 0;
  const top =
    offsets.stackDepth === absent ? u64(head, offsets.stackTop) : u64(head, offsets.valueStack) + i32(head, offsets.stackDepth) * 8;
  return readWord(memory, top - 8) ?? 0;
}

// 3.11 and later: the frame lies inside the generator object.
function readInnerFrame(heap: Heap, codes: CodeCache, generator: number): Suspended | undefined {
  const { memory, layout } = heap;
  const state = memory.read(generator + layout.generator.frameState, 1)?.readInt8(0);
  if (state === undefined) return undefined;
  const states = layout.generatorState;
  const finished = layout.minor >= 15 ? state === states.cleared : state > states.executing;
  if (finished) return ended;
  const start = generator + layout.generator.frame;
  const head = memory.read(start, layout.frame.localsPlus + 8);
  if (head === undefined) return undefined;
  const code = readCode(heap, codes, untagged(layout, u64(head, layout.frame.executable)));
  if (code === undefined) return undefined;
  const instruction = u64(head, layout.frame.instruction) - bytecodeStart(heap, code, head);
  const frame = frameOf({ heap, codes }, code, instruction, 0);
  const executing = state === states.executing;
  const awaited = executing || state === states.created ? 0 : awaitedByInnerFrame(heap, head, start, state);
  const place = { address: start, code: code.address, ownedByGenerator: true };
  return { frame, place, firstLocal: untagged(layout, u64(head, layout.frame.localsPlus)), executing, awaited };
}

function bytecodeStart({ memory, layout }: Heap, code: Code, head: Buffer): number {
  const usual = code.address + layout.code.bytecodeAdaptive;
  if (layout.code.threadBytecode === absent || layout.code.threadBytecode === 0) return usual;
  const copies = readWord(memory, code.address + layout.code.threadBytecode) ?? 0;
  return readWord(memory, copies + 8 + i32(head, layout.frame.bytecodeIndex) * 8) ?? usual;
}

function awaitedByInnerFrame(heap: Heap, head: Buffer, start: number, state: number): number {
  const { memory, layout } = heap;
  const { frame, generatorState } = layout;
  if (layout.minor <= 12) {
    // The next instruction tells: RESUME (after a yield that is part of an await) has 2 or 3 as its argument.
    const next = memory.read(u64(head, frame.instruction) + 2, 2);
    if (next === undefined || (next[1] !== 2 && next[1] !== 3)) return 0;
  } else if (state !== generatorState.suspendedYieldFrom && !(layout.minor >= 15 && state === generatorState.suspendedYieldFrom + 1)) {
    return 0;
  }
  if (frame.stackPointer === absent) {
    const depth = i32(head, frame.stackTop);
    return depth > 0 ? (readWord(memory, start + frame.localsPlus + (depth - 1) * 8) ?? 0) : 0;
  }
  const pointer = u64(head, frame.stackPointer);
  // 3.15 keeps an index on top of the awaited object.
  const slot = pointer === 0 ? 0 : (readWord(memory, pointer - (layout.minor >= 15 ? 16 : 8)) ?? 0);
  return untagged(layout, slot);
}
