// Lock objects of the _thread module by layout: whether they are held, by whom where they know it, and which futex waits in them.
// Source: Modules/_threadmodule.c lockobject and rlockobject of each version; Python/thread_pthread.h (a sem_t up to 3.13), Include/cpython/lock.h (PyMutex from 3.14 on).

import { u32, u64 } from "../base/bytes.ts";
import type { Heap } from "./heap.ts";
import { isAddress } from "./memory.ts";
import { readTypeOf } from "./type-facts.ts";

export interface LockObject {
  readonly address: number;
  readonly kind: "Lock" | "RLock";
  readonly held: boolean;
  /** `ident` of the thread that holds it; 0 where the kind of lock does not record it, or nobody does. */
  readonly ownerIdent: number;
  /** Address that a waiting thread's futex call names; 0 where threads wait elsewhere (a PyMutex). */
  readonly futex: number;
  /** True where a PyMutex says that threads wait for it. */
  readonly waitedFor: boolean;
}

const kinds: Readonly<Record<string, LockObject["kind"]>> = { "_thread.lock": "Lock", "_thread.RLock": "RLock" };

/** The lock at `address`, or undefined for any other object. */
export function readLock(heap: Heap, address: number): LockObject | undefined {
  const kind = kinds[readTypeOf(heap, address)?.name ?? ""];
  if (kind === undefined) return undefined;
  const start = address + heap.layout.object.size;
  const bytes = heap.memory.read(start, kind === "Lock" ? 8 : 24);
  if (bytes === undefined) return undefined;
  // struct rlockobject: the lock, the owner, the count; with a PyMutex the count leaves out the first hold.
  if (hasMutex(heap, kind, u64(bytes, 0))) {
    const state = bytes.readUInt8(0);
    const held = (state & 1) === 1;
    return { address, kind, held, ownerIdent: kind === "RLock" && held ? u64(bytes, 8) : 0, futex: 0, waitedFor: (state & 2) === 2 };
  }
  const ownerIdent = kind === "RLock" && u64(bytes, 16) > 0 ? u64(bytes, 8) : 0;
  const semaphore = u64(bytes, 0);
  const value = heap.memory.read(semaphore, 4);
  // A semaphore of 0 is taken; glibc and musl both keep its value, and their futex, in the first word.
  return value === undefined ? undefined : { address, kind, held: u32(value, 0) === 0, ownerIdent, futex: semaphore, waitedFor: false };
}

// A byte of state (PyMutex) in place of a pointer to a semaphore: all locks from 3.14 on, and the plain Lock of late releases of 3.13.
function hasMutex({ layout }: Heap, kind: LockObject["kind"], first: number): boolean {
  return layout.minor >= 14 || (layout.minor === 13 && kind === "Lock" && first % 256 <= 3 && !isAddress(first));
}
