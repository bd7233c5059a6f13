// The interpreters of a process and the thread states of each, as linked lists in a memory that changes meanwhile.
// Source: Include/internal/pycore_interp.h, Python/pystate.c.

import { u64 } from "../base/bytes.ts";
import type { Heap } from "./heap.ts";
import { absent } from "./layout-type.ts";
import { readWord } from "./memory.ts";

/** A thread state, copied in one read. */
export interface ThreadState {
  readonly address: number;
  readonly bytes: Buffer;
}

const mostInterpreters = 1_024;
const mostThreads = 4_096;

/** Addresses of all interpreters with their ids, the main one (id 0) first. */
export function listInterpreters({ memory, layout }: Heap, runtime: number): { address: number; id: number }[] {
  const found: { address: number; id: number }[] = [];
  let current = readWord(memory, runtime + layout.runtime.interpretersHead) ?? 0;
  while (current !== 0 && found.length < mostInterpreters && !found.some(({ address }) => address === current)) {
    const start = Math.min(layout.interpreter.id, layout.interpreter.next);
    const bytes = memory.read(current + start, Math.max(layout.interpreter.id, layout.interpreter.next) + 8 - start);
    if (bytes === undefined) break;
    found.push({ address: current, id: u64(bytes, layout.interpreter.id - start) });
    current = u64(bytes, layout.interpreter.next - start);
  }
  return found.sort((a, b) => a.id - b.id);
}

/**
 * Visits thread states, newest first, each right after it was copied. False where the list was torn: a pointer back that does not fit,
 * or a state of another interpreter.
 */
export function visitThreadStates(heap: Heap, interpreter: number, visit: (state: ThreadState) => void): boolean {
  const { memory, layout } = heap;
  let before = 0;
  let current = readWord(memory, interpreter + layout.interpreter.threadsHead);
  for (let count = 0; current !== 0; count += 1) {
    const bytes = current === undefined || count >= mostThreads ? undefined : readThreadState(heap, current);
    if (current === undefined || bytes === undefined) return false;
    if (u64(bytes, layout.thread.interpreter) !== interpreter || u64(bytes, layout.thread.previous) !== before) return false;
    visit({ address: current, bytes });
    before = current;
    current = u64(bytes, layout.thread.next);
  }
  return true;
}

/** All thread states of an interpreter, newest first; undefined where the list was torn. */
export function listThreadStates(heap: Heap, interpreter: number): ThreadState[] | undefined {
  const states: ThreadState[] = [];
  return visitThreadStates(heap, interpreter, (state) => states.push(state)) ? states : undefined;
}

/** One read of everything in a thread state that ispyd uses. */
export function readThreadState({ memory, layout }: Heap, address: number): Buffer | undefined {
  const { asyncioTasksHead, size } = layout.thread;
  return memory.read(address, asyncioTasksHead === absent ? size : Math.max(size, asyncioTasksHead + 32));
}

/** Whether a thread state still stands in its interpreter's list: its neighbour, or the head, points to it. */
export function isListed({ memory, layout }: Heap, interpreter: number, address: number): boolean {
  const previous = readWord(memory, address + layout.thread.previous);
  if (previous === undefined) return false;
  const pointer = previous === 0 ? interpreter + layout.interpreter.threadsHead : previous + layout.thread.next;
  return readWord(memory, pointer) === address;
}
