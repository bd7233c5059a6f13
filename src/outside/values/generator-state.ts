// How far a generator, coroutine or asynchronous generator is, in the words of inspect.getgeneratorstate.
// Source: gi_frame, gi_running and f_lasti (3.8, 3.9), f_state (3.10), gi_frame_state (3.11 and later).

import { i32 } from "../../base/bytes.ts";
import type { Heap } from "../heap.ts";
import { absent } from "../layout-type.ts";
import { readWord } from "../memory.ts";

export type GeneratorState = "not started" | "suspended" | "running" | "closed";

export function generatorState(heap: Heap, address: number): GeneratorState | undefined {
  return heap.layout.generator.frameState === absent ? stateOfFrameObject(heap, address) : stateOfInnerFrame(heap, address);
}

function stateOfInnerFrame({ memory, layout }: Heap, address: number): GeneratorState | undefined {
  const state = memory.read(address + layout.generator.frameState, 1)?.readInt8(0);
  const { created, executing, cleared } = layout.generatorState;
  if (state === undefined) return undefined;
  if (state === created) return "not started";
  if (state === executing) return "running";
  // FRAME_COMPLETED of 3.11 to 3.14 lies between executing and cleared; 3.15 counts the other way round up to executing.
  return state === cleared || (layout.minor < 15 && state > executing) ? "closed" : "suspended";
}

function stateOfFrameObject({ memory, layout }: Heap, address: number): GeneratorState | undefined {
  const { frameObject } = layout;
  const frame = readWord(memory, address + layout.generator.frameObject);
  if (frame === undefined) return undefined;
  if (frame === 0) return "closed";
  const head = memory.read(frame, frameObject.localsPlus);
  if (head === undefined) return undefined;
  const running = frameObject.state === absent ? head.readUInt8(frameObject.executing) === 1 : head.readInt8(frameObject.state) === 0;
  if (running) return "running";
  return i32(head, frameObject.lastInstruction) < 0 ? "not started" : "suspended";
}
