// Frames of 3.11 and later: most lie in the thread's data stack, copied in one read; those of generators and of entries from C lie elsewhere.
// The liveness rules: up to 3.13 the executing frame has stacktop -1 and a returned one has not; from 3.14 on a popped frame has no code.
// Source: Include/internal/pycore_frame.h, pycore_interpframe.h, Python/ceval.c and Python/frame.c of each version.

import { i32, u64 } from "../base/bytes.ts";
import { createCycleWatch } from "./cycle-watch.ts";
import { bottomOf, type Chunk, findInChunks, readDataStack } from "./data-stack.ts";
import { type Heap, untagged } from "./heap.ts";
import { readFrameWords } from "./frame-size.ts";
import { absent } from "./layout-type.ts";
import { readWord } from "./memory.ts";
import { mostFrames, type RawFrame, type RawStack } from "./raw-frame.ts";

interface Head extends RawFrame {
  readonly previous: number;
  readonly owner: number;
  /** Up to 3.13: -1 while the frame executes. 0 from 3.14 on. */
  readonly stackTop: number;
  /** 3.11: the frame was entered from C. Later versions have a frame of its own for that. */
  readonly entered: boolean;
  /** Read by itself, not with the data stack. */
  readonly apart: boolean;
}

// enum _frameowner: 0 thread, 1 generator, 2 frame object; 3 and above are entries from C, which hold no code of Python's.
const ownerThread = 0;
const ownerGenerator = 1;
const ownerEntry = 3;
// Two entries from C are often less than this apart, and a page is readable as a whole or not at all.
const besideBytes = 2_048;
const pageBytes = 4_096;
// Used again for each frame apart: whatever is beside it is looked for before the next is read.
const besideCopy = Buffer.allocUnsafe(besideBytes);

/** The stack of a thread whose state was copied to `threadState`. */
export function readStackedFrames(heap: Heap, threadState: Buffer): RawStack {
  const top = topFrame(heap, threadState);
  if (top === undefined) return "torn";
  if (top === 0) return { linked: [], live: () => [] };
  const chunks = readDataStack(heap, threadState);
  const base = heap.layout.thread.baseFrame === absent ? undefined : u64(threadState, heap.layout.thread.baseFrame);
  const heads = chunks === undefined ? undefined : walk({ heap, chunks, base, beside: undefined }, top);
  if (chunks === undefined || heads === undefined) return "torn";
  const trusted = (some: readonly Head[] | undefined): RawFrame[] | undefined =>
    some !== undefined && isComplete(heap, threadState, chunks, some) ? called(some) : undefined;
  const linked = trusted(heads.slice(heads.findIndex(isLeft)));
  if (linked === undefined) return "torn";
  return {
    linked,
    live: () => {
      const live = liveFrames(heap, chunks, heads);
      return live?.every((head) => isRunning(heap, head)) === true ? trusted(live) : undefined;
    },
  };
}

function topFrame({ memory, layout }: Heap, threadState: Buffer): number | undefined {
  if (layout.thread.currentFrame !== absent) return u64(threadState, layout.thread.currentFrame);
  return readWord(memory, u64(threadState, layout.thread.cframe) + layout.cframe.currentFrame);
}

interface Walk {
  readonly heap: Heap;
  readonly chunks: readonly Chunk[];
  /** 3.15: the frame that ends every stack; it never changes and is nobody's call. */
  readonly base: number | undefined;
  /** What lies above the last frame that was found on the C stack, where the next one is likely to be. */
  beside: Chunk | undefined;
}

function walk(walking: Walk, top: number): Head[] | undefined {
  const heads: Head[] = [];
  const isCycle = createCycleWatch();
  let current = top;
  while (current !== 0) {
    const head = heads.length < mostFrames && !isCycle(current) ? readHead(walking, current) : undefined;
    if (head === undefined) return undefined;
    heads.push(head);
    current = head.previous;
  }
  return heads;
}

function readHead(walking: Walk, address: number): Head | undefined {
  const { heap, chunks, base, beside } = walking;
  const size = heap.layout.frame.size;
  const place = findInChunks(chunks, address, size);
  if (place !== undefined) return parseHead(heap, place, address, false);
  if (address === base) return baseHead(address);
  const near = beside === undefined ? undefined : findInChunks([beside], address, size);
  if (near !== undefined) return parseHead(heap, near, address, true);
  const sizeBytes = Math.max(size, Math.min(besideBytes, pageBytes - (address % pageBytes)));
  const bytes = besideCopy.subarray(0, sizeBytes);
  if (!heap.memory.readInto(bytes, sizeBytes, address)) return undefined;
  const head = parseHead(heap, { bytes, offset: 0 }, address, true);
  // Generators lie among other objects, and each is read at its own moment.
  walking.beside = head.owner >= ownerEntry ? { start: address, bytes } : undefined;
  return head;
}

function baseHead(address: number): Head {
  const entry = { code: 0, instruction: 0, instructionIsAddress: true, line: 0, ownedByGenerator: false, bytecodeIndex: 0 };
  return { address, ...entry, previous: 0, owner: ownerEntry, stackTop: 0, entered: false, apart: true };
}

function parseHead({ layout }: Heap, { bytes, offset }: { bytes: Buffer; offset: number }, address: number, apart: boolean): Head {
  const { frame } = layout;
  const owner = bytes.readInt8(offset + frame.owner);
  return {
    address,
    code: untagged(layout, u64(bytes, offset + frame.executable)),
    instruction: u64(bytes, offset + frame.instruction),
    instructionIsAddress: true,
    line: 0,
    ownedByGenerator: owner === ownerGenerator,
    bytecodeIndex: frame.bytecodeIndex === absent ? 0 : i32(bytes, offset + frame.bytecodeIndex),
    previous: u64(bytes, offset + frame.previous),
    owner,
    stackTop: frame.stackTop === absent ? 0 : i32(bytes, offset + frame.stackTop),
    // _PyInterpreterFrame.is_entry stands right before `owner`.
    entered: layout.minor === 11 && bytes.readUInt8(offset + frame.owner - 1) !== 0,
    apart,
  };
}

// From 3.14 on a frame that is just being popped has no code any more.
function isLeft({ code, owner }: Head): boolean {
  return owner >= ownerEntry || code !== 0;
}

// What is left of the walk once the frames are dropped that had returned before they were copied.
function liveFrames(heap: Heap, chunks: readonly Chunk[], heads: readonly Head[]): readonly Head[] | undefined {
  if (heap.layout.minor >= 14) {
    const first = heads.findIndex(isLeft);
    return first < 0 ? undefined : heads.slice(first);
  }
  const newer = calledSince(heap, chunks, heads[0]);
  if (newer !== undefined) return [...newer, ...heads];
  // A frame that waits in C has -1 as well, so the search ends where the frames were entered from C.
  const first = heads.findIndex(({ owner, stackTop, entered }) => owner >= ownerEntry || stackTop === -1 || entered);
  return heads[first]?.stackTop === -1 && (heads[first]?.owner ?? ownerEntry) < ownerEntry ? heads.slice(first) : undefined;
}

// Up to 3.13: calls that began after the thread state was read lie right above, each pointing to the one below, the last executing.
function calledSince(heap: Heap, chunks: readonly Chunk[], top: Head | undefined): Head[] | undefined {
  if (top === undefined || top.stackTop === -1 || top.apart || top.owner >= ownerEntry) return undefined;
  const newer: Head[] = [];
  let below = top;
  for (let step = 0; step < 16; step += 1) {
    const words = readFrameWords(heap, below.code);
    const address = below.address + (words ?? 0) * 8;
    const place = words === undefined ? undefined : findInChunks(chunks, address, heap.layout.frame.size);
    if (place === undefined) return undefined;
    const head = parseHead(heap, place, address, false);
    if (head.previous !== below.address || head.owner !== ownerThread) return undefined;
    newer.unshift(head);
    if (head.stackTop === -1) return newer;
    below = head;
  }
  return undefined;
}

// Down to the very first call of the thread: a generator that is being left has lost the way to its caller, even at a standstill.
// 3.15 ends every stack with a frame of its own; before, the first of the frames in the data stack lies at its bottom.
function isComplete({ layout }: Heap, threadState: Buffer, chunks: readonly Chunk[], frames: readonly Head[]): boolean {
  if (layout.thread.baseFrame !== absent) return frames.at(-1)?.address === u64(threadState, layout.thread.baseFrame);
  const first = frames.findLast(({ owner }) => owner === ownerThread);
  const bottom = bottomOf(chunks, layout);
  return bottom === undefined || (first?.address ?? u64(threadState, layout.thread.dataStackTop)) === bottom;
}

// A generator that was left in the meantime says so: gi_frame_state stands before the frame in its object.
function isRunning({ memory, layout }: Heap, head: Head): boolean {
  if (head.owner !== ownerGenerator) return true;
  const state = memory.read(head.address - layout.generator.frame + layout.generator.frameState, 1);
  return state?.readInt8(0) === layout.generatorState.executing;
}

function called(heads: readonly Head[]): RawFrame[] | undefined {
  const frames = heads.filter(({ owner }) => owner < ownerEntry);
  return frames.every(({ code }) => code !== 0) ? frames : undefined;
}
