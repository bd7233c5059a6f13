// One thread's stack with its verdict: looked at until it is consistent, within a bound. Stands between raw frames and the model.
// The strongest proof comes first: a thread that did not have the GIL meanwhile stood still, so whatever was read of it is of one moment.

import type { Frame, Verdict } from "../stacks/model.ts";
import { u64 } from "../base/bytes.ts";
import { type Frames, passesGenerator, readAgreed, sightTwice } from "./agreement.ts";
import { type Code, type CodeCache, frameOf, readCode } from "./code.ts";
import { readLinkedFrames } from "./frames-linked.ts";
import { readStackedFrames } from "./frames-stacked.ts";
import { type Gil, readGil, stoodStill } from "./gil.ts";
import type { Heap } from "./heap.ts";
import { absent } from "./layout-type.ts";
import { readWord } from "./memory.ts";
import { cachePages } from "./page-cache.ts";
import type { FramePlace, RawFrame, RawStack } from "./raw-frame.ts";
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
  readonly runtime: number;
  readonly interpreter: number;
  /** True while every thread of the process is stopped: then the first look is the truth. */
  readonly stopped: boolean;
  /** False where threads can change places in the GIL without a hand-over being counted (gil.ts). */
  readonly handoversCounted: boolean;
  /** Most looks at one stack. */
  readonly attempts: number;
  readonly frameLimit: number;
}

/** Reads the stack of one thread. `state` and `gil` were read by the caller; later looks read them again. */
export function readStack(reading: StackReading, state: ThreadState, gil: Gil | undefined): ReadStack {
  let current = state;
  let before = gil;
  let listed = true;
  const sighted: Frames[] = [];
  // What stands still looks the same each time.
  const attempts = reading.stopped ? 1 : reading.attempts;
  for (let attempt = 1; attempt <= attempts && listed; attempt += 1) {
    const found = look(reading, current, before, sighted);
    if (found !== undefined)
      return { verdict: attempt === 1 ? "kept" : "retried", ...cut(found, reading.frameLimit), depth: found.frames.length, listed };
    before = readGil(reading.heap, reading.runtime, reading.interpreter);
    listed = isListed(reading.heap, reading.interpreter, state);
    const bytes = readThreadState(reading.heap, state.address);
    if (bytes !== undefined) current = { address: state.address, bytes };
  }
  return { verdict: "rejected", frames: [], places: [], depth: 0, listed };
}

interface Found {
  readonly frames: readonly Frame[];
  readonly places: readonly FramePlace[];
}

function cut({ frames, places }: Found, limit: number): Found {
  return frames.length <= limit ? { frames, places } : { frames: frames.slice(0, limit), places: places.slice(0, limit) };
}

// One look: frames of one moment, or undefined. `sighted` gathers what earlier looks found.
function look(reading: StackReading, state: ThreadState, before: Gil | undefined, sighted: Frames[]): Found | undefined {
  const { heap } = reading;
  const quick = readRawFrames(heap, state.bytes);
  const after = readGil(heap, reading.runtime, reading.interpreter);
  if (quick === "torn") return undefined;
  if (reading.stopped || (reading.handoversCounted && stoodStill(before, after, state.address))) return resolve(reading, quick.linked);
  const live = quick.live();
  if (live === undefined) return undefined;
  const again = (): Frames | undefined => rereadLive(heap, state.address);
  const inOneRead = heap.layout.thread.frame === absent && !passesGenerator(live);
  // Others took turns meanwhile, but this thread does not hold the GIL: another quick look will do.
  if (!inOneRead && reading.handoversCounted && after?.enabled === true && after.lastHolder !== state.address) return undefined;
  const frames = inOneRead ? sightTwice(live, again, sighted) : readAgreed(again);
  if (frames === undefined || !isListed(heap, reading.interpreter, state)) return undefined;
  return resolve(reading, frames);
}

function rereadLive(heap: Heap, address: number): Frames | undefined {
  const bytes = readThreadState(heap, address);
  const again = bytes === undefined ? "torn" : readRawFrames(heap, bytes);
  return again === "torn" ? undefined : again.live();
}

function readRawFrames(heap: Heap, threadState: Buffer): RawStack {
  if (heap.layout.thread.frame === absent) return readStackedFrames(heap, threadState);
  // Frame objects lie close together, and those on one page are then of one moment too.
  return readLinkedFrames({ ...heap, memory: cachePages(heap.memory) }, u64(threadState, heap.layout.thread.frame));
}

function resolve(reading: StackReading, raw: readonly RawFrame[]): Found | undefined {
  const frames: Frame[] = [];
  const places: FramePlace[] = [];
  for (const rawFrame of raw) {
    const code = readCode(reading.heap, reading.codes, rawFrame.code);
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
