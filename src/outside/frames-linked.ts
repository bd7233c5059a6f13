// Frames of 3.8 to 3.10: heap objects linked by f_back, read one by one, so those of a running thread count only where look after look agrees (agreement.ts).
// Source: Include/cpython/frameobject.h of 3.8, 3.9 and 3.10.

import { i32, u64 } from "../base/bytes.ts";
import { createCycleWatch } from "./cycle-watch.ts";
import { absent, type Layout } from "./layout-type.ts";
import { mostFrames, type RawFrame, type RawStack } from "./raw-frame.ts";
import type { PlannedMemory } from "./read-plan.ts";

// FRAME_EXECUTING of 3.10 (enum _framestate); 3.8 and 3.9 keep a flag instead.
const executingState310 = 0;
// FRAME_UNWINDING: a finalizer that runs while the frame leaves a block is called from this state.
const unwindingState310 = 2;

/** The stack whose innermost frame object is at `top`, out of copies that `memory` still has or makes now. */
export function readLinkedFrames(layout: Layout, memory: PlannedMemory, top: number): RawStack {
  const linked: RawFrame[] = [];
  let executing = true;
  const isCycle = createCycleWatch();
  const { size, back } = layout.frameObject;
  let current = top;
  while (current !== 0) {
    if (linked.length >= mostFrames || isCycle(current) || !memory.locate(current, size)) return "torn";
    const { bytes, offset } = memory;
    linked.push(toRawFrame(layout, bytes, offset, current));
    current = u64(bytes, offset + back);
    // Asked last, since it may look elsewhere.
    executing &&= isExecuting(layout, memory);
  }
  return { linked, live: () => (executing ? linked : undefined) };
}

function isExecuting({ frameObject, generator: { running } }: Layout, memory: PlannedMemory): boolean {
  const { bytes, offset } = memory;
  const { executing, state, generator } = frameObject;
  if (state === absent) {
    if (bytes[offset + executing] === 1) return true;
    // throw() through a generator that delegates to another (3.9): its frame is put on the stack without being run (_gen_throw of genobject.c).
    const owner = u64(bytes, offset + generator);
    return owner !== 0 && memory.locate(owner + running, 1) && memory.bytes[memory.offset] === 1;
  }
  const found = bytes.readInt8(offset + state);
  return found === executingState310 || found === unwindingState310;
}

function toRawFrame({ frameObject: offsets, minor }: Layout, bytes: Buffer, offset: number, address: number): RawFrame {
  const line = i32(bytes, offset + offsets.line);
  const traced = minor >= 10 ? line !== 0 : u64(bytes, offset + offsets.trace) !== 0;
  return {
    address,
    code: u64(bytes, offset + offsets.code),
    // 3.10 counts in code units of two bytes.
    instruction: i32(bytes, offset + offsets.lastInstruction) * (minor >= 10 ? 2 : 1),
    instructionIsAddress: false,
    line: traced ? line : 0,
    ownedByGenerator: u64(bytes, offset + offsets.generator) !== 0,
    bytecodeIndex: 0,
  };
}
