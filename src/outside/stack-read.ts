// One thread's stack with its verdict: looked at until it is consistent, within a bound. Stands between raw frames and the model.
// The strongest proof comes first: a thread that did not have the GIL meanwhile stood still, so whatever was read of it is of one moment.

import type { Frame, Verdict } from "../stacks/model.ts";
import { u64 } from "../base/bytes.ts";
import { type Frames, passesGenerator, readAgreed, sightTwice } from "./agreement.ts";
import { type Code, type CodeCache, frameOf, readCode } from "./code.ts";
import { readLinkedFrames } from "./frames-linked.ts";
import { readStackedFrames } from "./frames-stacked.ts";
import { type Gil, readGilAt, stoodStill } from "./gil.ts";
import type { Heap } from "./heap.ts";
import { absent } from "./layout-type.ts";
import { readWord } from "./memory.ts";
import type { FramePlace, RawFrame, RawStack } from "./raw-frame.ts";
import type { PlannedMemory } from "./read-plan.ts";
import { isListed, readThreadState, type ThreadState } from "./thread-list.ts";

export interface ReadStack {
  readonly verdict: Verdict;
  /** Innermost first, at most the limit; empty where rejected. */
  readonly frames: readonly Frame[];
  /** Where each of `frames` was found. */
  readonly places: readonly FramePlace[];
  readonly depth: number;
  /** False once the thread is no longer in the interpreter's list. */
  readonly listed: boolean;
}

export interface StackReading {
  readonly heap: Heap;
  readonly codes: CodeCache;
  /** Copies of frame objects, and of thread states that are read together. */
  readonly copies: PlannedMemory;
  /** Copies of code objects and their texts, made after the frames that lead to them. */
  readonly codeCopies: PlannedMemory;
  readonly interpreter: number;
  /** Where the GIL of the interpreter lies. */
  readonly gilStart: number | undefined;
  /** True while every thread of the process is stopped: then the first look is the truth. */
  readonly stopped: boolean;
  /** False where threads can change places in the GIL without a hand-over being counted (gil.ts). */
  readonly handoversCounted: boolean;
  /** Most looks at one stack. */
  readonly attempts: number;
  readonly frameLimit: number;
}

/** Reads the stack of one thread by itself. `looks` were made before, so that none of these counts as the first then. */
export function readStack(reading: StackReading, address: number, looks: number): ReadStack {
  const sighted: Frames[] = [];
  // What stands still looks the same each time.
  const attempts = reading.stopped ? looks + 1 : reading.attempts;
  for (let attempt = looks + 1; attempt <= attempts; attempt += 1) {
    reading.copies.forget();
    const before = readGilAt(reading.heap, reading.gilStart);
    const state = readListedState(reading, address);
    if (state === "left") return { ...rejected, listed: false };
    const found = state === undefined ? undefined : look(reading, state, before, sighted);
    if (found !== undefined) return toReadStack(found, attempt === 1 ? "kept" : "retried", reading.frameLimit);
  }
  return { ...rejected, listed: isListed(reading.heap, reading.interpreter, address) };
}

/** A thread's state as it is now; "left" once it is not in its interpreter's list. Out of what `copies` still has. */
export function readListedState({ heap, copies, interpreter }: StackReading, address: number): ThreadState | "left" | undefined {
  const copied = { ...heap, memory: copies };
  if (!isListed(copied, interpreter, address)) return "left";
  const bytes = readThreadState(copied, address);
  return bytes === undefined ? undefined : { address, bytes };
}

export const rejected = { verdict: "rejected", frames: [], places: [], depth: 0 } as const;

/** Frames that are proven to be of one moment, as the stack of a thread. */
export function toReadStack(found: Found, verdict: Verdict, limit: number): ReadStack {
  return { verdict, ...cut(found, limit), depth: found.frames.length, listed: true };
}

export interface Found {
  readonly frames: readonly Frame[];
  readonly places: readonly FramePlace[];
}

function cut({ frames, places }: Found, limit: number): Found {
  return frames.length <= limit ? { frames, places } : { frames: frames.slice(0, limit), places: places.slice(0, limit) };
}

// One look: frames of one moment, or undefined. `sighted` gathers what earlier looks found.
function look(reading: StackReading, state: ThreadState, before: Gil | undefined, sighted: Frames[]): Found | undefined {
  const { heap } = reading;
  const quick = readRawFrames(reading, state.bytes);
  const after = readGilAt(heap, reading.gilStart);
  if (quick === "torn") return undefined;
  if (reading.stopped || (reading.handoversCounted && stoodStill(before, after, state.address))) return resolve(reading, quick.linked);
  const live = quick.live();
  if (live === undefined) return undefined;
  const again = (): Frames | undefined => rereadLive(reading, state.address);
  const inOneRead = heap.layout.thread.frame === absent && !passesGenerator(live);
  // Others took turns meanwhile, but this thread does not hold the GIL: another quick look will do.
  if (!inOneRead && reading.handoversCounted && after?.enabled === true && after.lastHolder !== state.address) return undefined;
  const frames = inOneRead ? sightTwice(live, again, sighted) : readAgreed(again);
  if (frames === undefined || !isListed(heap, reading.interpreter, state.address)) return undefined;
  return resolve(reading, frames);
}

function rereadLive(reading: StackReading, address: number): Frames | undefined {
  reading.copies.forget();
  const bytes = readThreadState(reading.heap, address);
  const again = bytes === undefined ? "torn" : readRawFrames(reading, bytes);
  return again === "torn" ? undefined : again.live();
}

/** The frames of a thread whose state was copied to `threadState`, those of 3.8 to 3.10 out of what `copies` still has. */
export function readRawFrames({ heap, copies }: StackReading, threadState: Buffer): RawStack {
  if (heap.layout.thread.frame === absent) return readStackedFrames(heap, threadState);
  return copies.asStack(() => readLinkedFrames(heap.layout, copies, u64(threadState, heap.layout.thread.frame)));
}

/** Raw frames of several stacks as frames of the model; undefined in the place of those that can't be what they seemed. */
export function resolveAll(reading: StackReading, raws: readonly (readonly RawFrame[])[]): (Found | undefined)[] {
  // What is copied from here on is younger than all of these frames.
  reading.codeCopies.forget();
  const checked = { ...reading.heap, memory: reading.codeCopies };
  return raws.map((raw) => resolveOne(reading, raw, checked));
}

function resolve(reading: StackReading, raw: readonly RawFrame[]): Found | undefined {
  return resolveAll(reading, [raw])[0];
}

function resolveOne(reading: StackReading, raw: readonly RawFrame[], checked: Heap): Found | undefined {
  const frames: Frame[] = [];
  const places: FramePlace[] = [];
  for (const rawFrame of raw) {
    const code = readCode(reading.heap, reading.codes, rawFrame.code, checked);
    const offset = code === undefined ? undefined : instructionOffset(reading.heap, code, rawFrame);
    if (code === undefined || offset === undefined) return undefined;
    // Python hides a frame that is still being set up (_PyFrame_IsIncomplete).
    const hidden = rawFrame.instructionIsAddress && !rawFrame.ownedByGenerator && offset < code.firstTraceable;
    if (hidden) continue;
    frames.push(frameOf(reading, code, offset, rawFrame.line));
    places.push(rawFrame);
  }
  return { frames, places };
}

// Byte offset of the instruction; undefined where it can't belong to this code object.
function instructionOffset({ memory, layout }: Heap, code: Code, frame: RawFrame): number | undefined {
  if (!frame.instructionIsAddress) return frame.instruction;
  let start = code.address + layout.code.bytecodeAdaptive;
  if (layout.code.threadBytecode !== absent && layout.code.threadBytecode !== 0) {
    // Builds without the GIL give each thread its own copy of the bytecode: co_tlbc is {size, entries[]}.
    const copies = readWord(memory, code.address + layout.code.threadBytecode) ?? 0;
    start = readWord(memory, copies + 8 + frame.bytecodeIndex * 8) ?? start;
  }
  const offset = frame.instruction - start;
  return offset >= -2 && offset < 16 * 1024 * 1024 ? offset : undefined;
}
