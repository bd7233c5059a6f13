// asyncio's locks: which one a task waits for, and which tasks are inside an `async with` on it. The lock itself records no owner.
// Source: Lib/asyncio/locks.py Lock.acquire; a suspended frame keeps the lock's __aexit__ on its value stack while it is inside the block
// (BEFORE_ASYNC_WITH of Python/bytecodes.c, SETUP_ASYNC_WITH before 3.11; from 3.14 on LOAD_SPECIAL keeps the lock itself).

import { u64 } from "../base/bytes.ts";
import { readFrameSlots } from "./frame-slots.ts";
import type { Heap } from "./heap.ts";
import type { LoopSnapshot, TaskSnapshot } from "./tasks.ts";
import { readTypeOf } from "./type-facts.ts";

export interface TaskLock {
  /** Address of the lock. */
  readonly lock: number;
  /** Addresses of the tasks that are inside a block on it. */
  readonly owners: readonly number[];
}

const mostFrames = 50;
const mostWaiting = 500;

/** Locks that tasks wait for, by address of the task. Costs a look at every task's frames only where a task waits for one. */
export function readTaskLocks(heap: Heap, loops: readonly LoopSnapshot[]): Map<number, TaskLock> {
  const tasks = loops.flatMap((loop) => loop.tasks);
  const awaited = new Map(tasks.flatMap((task): [TaskSnapshot, number][] => lockOf(heap, task)).slice(0, mostWaiting));
  const wanted = new Set(awaited.values());
  const owners = new Map<number, number[]>();
  for (const task of wanted.size === 0 ? [] : tasks) {
    for (const lock of heldBy(heap, task, wanted)) owners.set(lock, [...(owners.get(lock) ?? []), task.address]);
  }
  return new Map([...awaited].map(([task, lock]) => [task.address, { lock, owners: owners.get(lock) ?? [] }]));
}

function lockOf(heap: Heap, task: TaskSnapshot): [TaskSnapshot, number][] {
  const index = task.frames.findIndex(isAcquire);
  const place = task.places[index];
  const lock = place === undefined ? 0 : (readFrameSlots(heap, place).variables[0] ?? 0);
  return lock !== 0 && readTypeOf(heap, lock)?.name === "Lock" ? [[task, lock]] : [];
}

function isAcquire({ file, function: name }: { readonly file: string; readonly function: string }): boolean {
  return file.endsWith("/asyncio/locks.py") && (name === "Lock.acquire" || name === "acquire");
}

function inLocks({ file }: { readonly file: string }): boolean {
  return file.endsWith("/asyncio/locks.py");
}

// The frame that asks for the lock has its __aexit__ on the stack before the lock is had, where the stack's depth is recorded.
function heldBy(heap: Heap, task: TaskSnapshot, wanted: ReadonlySet<number>): number[] {
  const asking = task.frames.some(isAcquire) ? task.frames.findIndex((frame) => !inLocks(frame)) : -1;
  return task.places.slice(0, mostFrames).flatMap((place, index) => {
    const frame = task.frames[index];
    if (frame === undefined || inLocks(frame)) return [];
    const { stack, recorded } = readFrameSlots(heap, place);
    const found = stack.map((slot) => lockBehind(heap, slot)).filter((lock) => wanted.has(lock));
    const beforeIt = index === asking && recorded ? 1 : 0;
    return [...new Set(found)].filter(
      (lock) => found.filter((one) => one === lock).length > (lock === awaitedBy(heap, task) ? beforeIt : 0),
    );
  });
}

function awaitedBy(heap: Heap, task: TaskSnapshot): number {
  return lockOf(heap, task)[0]?.[1] ?? 0;
}

function lockBehind(heap: Heap, slot: number): number {
  if (slot === 0) return 0;
  const name = readTypeOf(heap, slot)?.name;
  if (name === "Lock") return slot;
  // im_self of PyMethodObject comes second.
  const bytes = name === "method" ? heap.memory.read(slot + heap.layout.object.size + 8, 8) : undefined;
  return bytes === undefined ? 0 : u64(bytes, 0);
}
