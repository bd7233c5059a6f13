// multiprocessing's Lock, RLock and Semaphore: which one a thread waits for, and which other process holds it, where the processes were forked.
// Source: SemLockObject of Modules/_multiprocessing/multiprocessing.h and semaphore.c: {handle, last_tid, count, maxvalue, kind, name};
// count is how often this very process holds it, and the object lies at the same address in a process that was forked from this one.

import { i32, u64 } from "../base/bytes.ts";
import { readAttribute } from "./dictionary.ts";
import { readFrameSlots } from "./frame-slots.ts";
import type { Heap } from "./heap.ts";
import { openMemory } from "./memory.ts";
import { type Mapping, readMaps } from "./proc/maps.ts";
import { listPids } from "./python-process.ts";
import { futexOf } from "./object-waits.ts";
import type { ThreadSnapshot } from "./snapshot.ts";
import { readTypeOf } from "./type-facts.ts";

const framesLookedAt = 3;
const mostProcesses = 2_000;

/** The processes that hold the semaphore that the thread waits for; undefined where it waits for no such semaphore, empty where its holder can't be told. */
export function semaphoreHolders(heap: Heap, pid: number, thread: ThreadSnapshot): number[] | undefined {
  const futex = futexOf(pid, thread.tid);
  const mapping = mappingOf(pid, futex);
  if (mapping === undefined || !mapping.path.startsWith("/dev/shm/")) return undefined;
  const semaphore = findSemaphore(heap, thread, futex);
  if (semaphore === undefined) return undefined;
  return listPids()
    .slice(0, mostProcesses)
    .filter((other) => other !== pid && holds(other, { heap, semaphore, futex, inode: mapping.inode }));
}

function mappingOf(pid: number, address: number): Mapping | undefined {
  const maps = readMaps(pid);
  return typeof maps === "object" ? maps.find(({ start, end }) => address >= start && address < end) : undefined;
}

function findSemaphore(heap: Heap, thread: ThreadSnapshot, futex: number): number | undefined {
  const slots = thread.places.slice(0, framesLookedAt).map((place) => readFrameSlots(heap, place));
  const objects = slots.flatMap(({ variables, stack, above }) => [...variables, ...stack, ...above]).filter((slot) => slot !== 0);
  return objects.flatMap((object) => semaphoreIn(heap, object)).find((semaphore) => readHandle(heap, semaphore) === futex);
}

// The C object itself, its bound method, or the object of multiprocessing.synchronize around it.
function semaphoreIn(heap: Heap, object: number): number[] {
  const name = readTypeOf(heap, object)?.name;
  if (name === "_multiprocessing.SemLock") return [object];
  if (name === "builtin_function_or_method") {
    const bytes = heap.memory.read(object + heap.layout.object.size + 8, 8);
    const owner = bytes === undefined ? 0 : u64(bytes, 0);
    return owner !== 0 && readTypeOf(heap, owner)?.name === "_multiprocessing.SemLock" ? [owner] : [];
  }
  if (name === undefined || !/^(?:Lock|RLock|Semaphore|BoundedSemaphore)$/.test(name)) return [];
  const inner = readAttribute(heap, object, "_semlock");
  return inner === undefined ? [] : [inner];
}

function readHandle({ memory, layout }: Heap, semaphore: number): number {
  const bytes = memory.read(semaphore + layout.object.size, 8);
  return bytes === undefined ? 0 : u64(bytes, 0);
}

interface Question {
  readonly heap: Heap;
  readonly semaphore: number;
  readonly futex: number;
  readonly inode: number;
}

function holds(pid: number, { heap, semaphore, futex, inode }: Question): boolean {
  const mapping = mappingOf(pid, futex);
  if (mapping?.inode !== inode || !mapping.path.startsWith("/dev/shm/")) return false;
  const memory = openMemory(pid);
  if ("errno" in memory) return false;
  try {
    const bytes = memory.read(semaphore, heap.layout.object.size + 24);
    const head = heap.layout.object.size;
    return bytes !== undefined && u64(bytes, head) === futex && i32(bytes, head + 16) > 0;
  } finally {
    memory.close();
  }
}
