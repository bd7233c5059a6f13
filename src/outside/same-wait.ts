// Whether a thread or task that waits at one line waited all the time, or went round in a loop and came back to it: the variables of its frames tell.
// Asked only for waits for a pool or a server's answer, since each costs a read of all its frames.

import { isPoolWait, serverAskedBy, stepFrames } from "../stacks/client-places.ts";
import { readFrameSlots } from "./frame-slots.ts";
import type { Heap } from "./heap.ts";
import type { SearchedStack } from "./pool-connections.ts";

/** A thread of a snapshot, or a task. */
export interface MarkedStack extends SearchedStack {
  readonly address: number;
  readonly name: string;
  /** The future that a task waits for. */
  readonly waiter?: number;
}

const mostMarked = 200;
const mostFrames = 30;

/** By address of the thread state or task: what its frames hold. The same text twice is the same wait. */
export type WaitMarks = ReadonlyMap<number, string>;

export function markWaits(heap: Heap, stacks: readonly MarkedStack[]): WaitMarks {
  const waiting = stacks.filter(({ frames }) => isPoolWait(frames) || serverAskedBy(frames) !== undefined);
  return new Map(waiting.slice(0, mostMarked).map((stack) => [stack.address, markOf(heap, stack)]));
}

// What waits in short steps makes a new future, and goes on in its own frames, at every step.
function markOf(heap: Heap, { name, waiter, frames, places }: MarkedStack): string {
  const steps = stepFrames(frames);
  const slots = places.slice(steps, steps + mostFrames).map((place, index) => {
    const { variables } = readFrameSlots(heap, place);
    return [place.address, frames[steps + index]?.line, ...variables];
  });
  return JSON.stringify([name, steps > 0 ? 0 : (waiter ?? 0), slots]);
}

/** The addresses of those that are in the very wait that they were in before. */
export function sameWaits(before: WaitMarks, heap: Heap, stacks: readonly MarkedStack[]): Set<number> {
  if (before.size === 0) return new Set();
  return new Set([...markWaits(heap, stacks)].filter(([address, mark]) => before.get(address) === mark).map(([address]) => address));
}
