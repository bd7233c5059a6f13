// Frames of 3.8 to 3.10: heap objects linked by f_back, read one by one, so those of a running thread count only where look after look agrees (agreement.ts).
// Source: Include/cpython/frameobject.h of 3.8, 3.9 and 3.10.

import { i32, u64 } from "../base/bytes.ts";
import { createCycleWatch } from "./cycle-watch.ts";
import type { Heap } from "./heap.ts";
import { absent } from "./layout-type.ts";
import { mostFrames, type RawFrame, type RawStack } from "./raw-frame.ts";

// FRAME_EXECUTING of 3.10 (enum _framestate); 3.8 and 3.9 keep a flag instead.
const executingState310 = 0;
// FRAME_UNWINDING: a finalizer that runs while the frame leaves a block is called from this state.
const unwindingState310 = 2;

/** The stack whose innermost frame object is at `top`. */
export function readLinkedFrames(heap: Heap, top: number): RawStack {
  const linked: RawFrame[] = [];
  let executing = true;
  const isCycle = createCycleWatch();
  let current = top;
  while (current !== 0) {
    const head = linked.length < mostFrames && !isCycle(current) ? heap.memory.read(current, heap.layout.frameObject.size) : undefined;
    if (head === undefined) return "torn";
    executing &&= isExecuting(heap, head);
    linked.push(toRawFrame(heap, head, current));
    current = u64(head, heap.layout.frameObject.back);
  }
  return { linked, live: () => (executing ? linked : undefined) };
}

function isExecuting({ memory, layout }: Heap, head: Buffer): boolean {
  const { executing, state, generator } = layout.frameObject;
  if (state === absent) {
    if (head.readUInt8(executing) === 1) return true;
    // throw() through a generator that delegates to another (3.9): its frame is put on the stack without being run (_gen_throw of genobject.c).
    const owner = u64(head, generator);
    return owner !== 0 && memory.read(owner + layout.generator.running, 1)?.readUInt8(0) === 1;
  }
  return head.readInt8(state) === executingState310 || head.readInt8(state) === unwindingState310;
}

function toRawFrame({ layout }: Heap, head: Buffer, address: number): RawFrame {
  const offsets = layout.frameObject;
  const generator = u64(head, offsets.generator);
  const traced = layout.minor >= 10 ? i32(head, offsets.line) !== 0 : u64(head, offsets.trace) !== 0;
  return {
    address,
    code: u64(head, offsets.code),
    // 3.10 counts in code units of two bytes.
    instruction: i32(head, offsets.lastInstruction) * (layout.minor >= 10 ? 2 : 1),
    instructionIsAddress: false,
    line: traced ? i32(head, offsets.line) : 0,
    ownedByGenerator: generator !== 0,
    bytecodeIndex: 0,
  };
}
