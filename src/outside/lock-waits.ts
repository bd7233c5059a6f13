// Which lock a thread waits for, and which threads hold it: by the lock's own record of its owner, or by a `with` block that a frame is inside of.
// A with block keeps the lock's __exit__ on the frame's value stack (BEFORE_WITH and its successors in Python/bytecodes.c, SETUP_WITH before 3.11).

import { u64 } from "../base/bytes.ts";
import { readAttribute } from "./dictionary.ts";
import { type FrameSlots, readFrameSlots } from "./frame-slots.ts";
import type { Heap } from "./heap.ts";
import { type LockObject, readLock } from "./lock-objects.ts";
import type { ThreadSnapshot } from "./snapshot.ts";
import { readTypeOf } from "./type-facts.ts";

/** A lock that a frame of a thread is inside a `with` of. */
export interface HeldLock {
  readonly lock: LockObject;
  /** Index of the frame in the thread's stack. */
  readonly frame: number;
}

export interface ThreadLocks {
  readonly held: readonly HeldLock[];
  /** The lock that it waits for; undefined where it waits for none, or where that can't be told. */
  readonly waitsFor: LockObject | undefined;
}

// Frames of threading.py that stand between the wait and whoever asked for the lock.
const framesLookedAt = 3;
const mostFrames = 500;

/**
 * The locks of one thread. `futex` is the address that its futex call names (0 where it is in no such call): for a semaphore it is the lock's own,
 * for a PyMutex the lock nearest to the top of the innermost frame's stack is taken that is held and waited for.
 */
export function readThreadLocks(heap: Heap, thread: ThreadSnapshot, futex: number): ThreadLocks {
  const slots = thread.places.slice(0, mostFrames).map((place) => readFrameSlots(heap, place));
  const waitsFor = futex === 0 ? undefined : findAwaited(heap, slots, futex);
  const asking = thread.frames.findIndex(({ file }) => !file.endsWith("/threading.py"));
  const held = slots.flatMap((frame, index) => {
    if (index < asking) return [];
    return heldIn(heap, frame, index === asking ? waitsFor?.address : undefined).map((lock) => ({ lock, frame: index }));
  });
  return { waitsFor, held };
}

function findAwaited(heap: Heap, slots: readonly FrameSlots[], futex: number): LockObject | undefined {
  const near = slots.slice(0, framesLookedAt).flatMap(({ variables, stack, above }) => [...[...stack, ...above].reverse(), ...variables]);
  const locks = near.flatMap((slot) => lockIn(heap, slot) ?? []);
  return locks.find((lock) => lock.futex === futex) ?? locks.find((lock) => lock.futex === 0 && lock.held && lock.waitedFor);
}

// `awaited` is the lock that this very frame asks for: its __exit__ (from 3.14 on also the lock that __enter__ is called on) is on the stack
// before the lock is had, where the stack's depth is recorded. What is there beyond that is a block around it.
function heldIn(heap: Heap, { stack, recorded }: FrameSlots, awaited: number | undefined): LockObject[] {
  const found = stack.flatMap((slot) => (slot === 0 ? [] : (lockIn(heap, slot) ?? []))).filter(({ held }) => held);
  const ownEntries = recorded ? (heap.layout.minor >= 14 ? 2 : 1) : 0;
  const unique = new Map(found.map((lock) => [lock.address, lock]));
  const isHeld = ({ address }: LockObject): boolean =>
    address !== awaited || found.filter((lock) => lock.address === address).length > ownEntries;
  return [...unique.values()].filter(isHeld);
}

// The lock itself, its bound method, or a condition's lock behind the condition's.
function lockIn(heap: Heap, address: number): LockObject | undefined {
  const type = readTypeOf(heap, address);
  if (type === undefined) return undefined;
  if (type.name === "_thread.lock" || type.name === "_thread.RLock") return readLock(heap, address);
  if (type.name === "Condition") return behindCondition(heap, address);
  if (type.name !== "builtin_function_or_method" && type.name !== "method") return undefined;
  // m_self of PyCFunctionObject and im_self of PyMethodObject both come second.
  const bytes = heap.memory.read(address + heap.layout.object.size + 8, 8);
  const owner = bytes === undefined ? 0 : u64(bytes, 0);
  return owner === 0
    ? undefined
    : (readLock(heap, owner) ?? (readTypeOf(heap, owner)?.name === "Condition" ? behindCondition(heap, owner) : undefined));
}

function behindCondition(heap: Heap, condition: number): LockObject | undefined {
  const lock = readAttribute(heap, condition, "_lock");
  return lock === undefined ? undefined : readLock(heap, lock);
}
