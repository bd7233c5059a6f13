// Whether a call that was found a moment ago still goes on. Its memory stays as it was when it ends, with the same code, until another call
// takes the place: without this, calls that take turns would be told with each other's variables. Asked before and after variables are read.
// Source: frame_dealloc of Objects/frameobject.c (3.8 to 3.10: ended frames are kept for the next call, without references), gen_send_ex of
// Objects/genobject.c (an ended generator gives up its frame), _PyThreadState_PopFrame of Python/pystate.c (3.11 and later).

import { u64 } from "../base/bytes.ts";
import { holdsCode } from "./frame-slots.ts";
import type { Heap } from "./heap.ts";
import { absent } from "./layout-type.ts";
import { readWord } from "./memory.ts";
import type { FramePlace } from "./raw-frame.ts";
import { generatorState } from "./values/generator-state.ts";

/** `thread`: address of the state of the thread whose stack it was found in; 0 for a call of a suspended coroutine. */
export function isLiveCall(heap: Heap, place: FramePlace, thread: number): boolean {
  if (!holdsCode(heap, place)) return false;
  if (heap.layout.frame.localsPlus === absent) return isLiveObject(heap, place.address);
  if (!place.ownedByGenerator) return thread === 0 || isOnDataStack(heap, thread, place.address);
  const state = generatorState(heap, place.address - heap.layout.generator.frame);
  return state === "suspended" || state === "running";
}

function isLiveObject({ memory, layout }: Heap, address: number): boolean {
  const { frameObject } = layout;
  const head = memory.read(address, frameObject.localsPlus);
  // ob_refcnt comes first.
  if (head === undefined || u64(head, 0) === 0) return false;
  const executing = frameObject.state === absent ? head.readUInt8(frameObject.executing) === 1 : head.readInt8(frameObject.state) === 0;
  return executing || u64(head, frameObject.generator) !== 0;
}

// 100,000 frames of the smallest size fill some 600 chunks.
const mostChunks = 4_096;

function isOnDataStack({ memory, layout }: Heap, thread: number, address: number): boolean {
  let start = readWord(memory, thread + layout.thread.dataStackChunk) ?? 0;
  let end = readWord(memory, thread + layout.thread.dataStackTop) ?? 0;
  for (let count = 0; start !== 0 && count < mostChunks; count += 1) {
    if (address >= start && address < end) return true;
    start = readWord(memory, start + layout.chunk.previous) ?? 0;
    end = start + (readWord(memory, start + layout.chunk.size) ?? 0);
  }
  return false;
}
