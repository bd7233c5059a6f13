// What a blocked thread waits for among Python's own objects, and which thread has it: locks, the end of a thread, the import of a module.
// Source: Lib/threading.py Thread.join, Lib/importlib/_bootstrap.py _ModuleLock of 3.8 to 3.15.

import type { Frame } from "../stacks/model.ts";
import { readAttribute } from "./dictionary.ts";
import { readFrameSlots } from "./frame-slots.ts";
import type { Heap } from "./heap.ts";
import { readInteger } from "./integers.ts";
import { type HeldLock, readThreadLocks, type ThreadLocks } from "./lock-waits.ts";
import { readCurrentCall } from "./proc/syscall.ts";
import type { ProcessSnapshot, ThreadSnapshot } from "./snapshot.ts";
import { systemCallName } from "./system-calls.ts";

export interface WaitOwner {
  readonly tid: number;
  readonly how: "records" | "inside with";
  readonly frame?: Frame | undefined;
}

export interface FoundWait {
  readonly kind: "Lock" | "RLock" | "import of a module" | "end of a thread";
  readonly object: string;
  readonly owners: readonly WaitOwner[];
  /** True where the lock names a thread that is not there any more. */
  readonly ownerEnded: boolean;
}

/** The locks of every thread, by tid. */
export function readLocks(heap: Heap, pid: number, snapshot: ProcessSnapshot): Map<number, ThreadLocks> {
  return new Map(snapshot.threads.map((thread) => [thread.tid, readThreadLocks(heap, thread, futexOf(pid, thread.tid))]));
}

/** Waits by tid; a thread that waits for nothing of this kind is not in it. */
export function readObjectWaits(heap: Heap, pid: number, snapshot: ProcessSnapshot): Map<number, FoundWait> {
  const locks = readLocks(heap, pid, snapshot);
  const waits = new Map<number, FoundWait>();
  for (const thread of snapshot.threads) {
    const awaited = locks.get(thread.tid)?.waitsFor;
    const special = joinOf(heap, thread, snapshot) ?? importOf(heap, thread, snapshot);
    if (special !== undefined) waits.set(thread.tid, special);
    else if (awaited !== undefined) {
      const held = new Map([...locks].map(([tid, one]) => [tid, one.held]));
      const owners = withoutSelf(thread.tid, ownersOf(awaited.address, awaited.ownerIdent, snapshot, held));
      const ownerEnded = awaited.ownerIdent !== 0 && !snapshot.threads.some(({ ident }) => ident === awaited.ownerIdent);
      waits.set(thread.tid, { kind: awaited.kind, object: hex(awaited.address), owners, ownerEnded });
    }
  }
  return waits;
}

function ownersOf(lock: number, ident: number, snapshot: ProcessSnapshot, held: ReadonlyMap<number, readonly HeldLock[]>): WaitOwner[] {
  const inside = snapshot.threads.flatMap((thread): WaitOwner[] => {
    const place = held.get(thread.tid)?.find((one) => one.lock.address === lock);
    return place === undefined ? [] : [{ tid: thread.tid, how: "inside with", frame: thread.frames[place.frame] }];
  });
  if (ident === 0) return inside;
  const recorded = snapshot.threads.find((thread) => thread.ident === ident);
  if (recorded === undefined) return inside;
  return [{ tid: recorded.tid, how: "records", frame: inside.find(({ tid }) => tid === recorded.tid)?.frame }];
}

// A Lock may be given back and taken again inside a `with` on it: then two threads are inside one. Of those it is the other that has it now.
function withoutSelf(tid: number, owners: readonly WaitOwner[]): readonly WaitOwner[] {
  const others = owners.filter((owner) => owner.tid !== tid);
  return others.length > 0 ? others : owners;
}

/** The address that a thread's futex call names; 0 where it is in none. */
export function futexOf(pid: number, tid: number): number {
  const call = readCurrentCall(pid, tid);
  return typeof call === "object" && call.kind === "call" && (systemCallName(call.number) ?? "").startsWith("futex")
    ? (call.arguments[0] ?? 0)
    : 0;
}

const joinFunctions: ReadonlySet<string> = new Set(["join", "Thread.join", "_wait_for_tstate_lock", "Thread._wait_for_tstate_lock"]);

// Thread.join has the Thread that it waits for in its first variable.
function joinOf(heap: Heap, thread: ThreadSnapshot, snapshot: ProcessSnapshot): FoundWait | undefined {
  const awaited = selfOf(heap, thread, (frame) => frame.file.endsWith("/threading.py") && joinFunctions.has(frame.function));
  const ident = awaited === undefined ? undefined : readAttribute(heap, awaited, "_ident");
  const value = ident === undefined ? undefined : readInteger(heap, ident);
  const owner = value === undefined ? undefined : snapshot.threads.find((other) => other.ident === Number(value));
  return awaited === undefined || owner === undefined
    ? undefined
    : { kind: "end of a thread", object: hex(awaited), owners: [{ tid: owner.tid, how: "records" }], ownerEnded: false };
}

// importlib's lock of a module records the ident of the thread that imports it.
function importOf(heap: Heap, thread: ThreadSnapshot, snapshot: ProcessSnapshot): FoundWait | undefined {
  const lock = selfOf(
    heap,
    thread,
    ({ file, function: name }) => file.startsWith("<frozen importlib") && (name === "_ModuleLock.acquire" || name === "acquire"),
  );
  const owner = lock === undefined ? undefined : readAttribute(heap, lock, "owner");
  const ident = owner === undefined ? undefined : readInteger(heap, owner);
  const holder = ident === undefined ? undefined : snapshot.threads.find((other) => other.ident === Number(ident));
  if (lock === undefined || holder === undefined) return undefined;
  return { kind: "import of a module", object: hex(lock), owners: [{ tid: holder.tid, how: "records" }], ownerEnded: false };
}

const framesLookedAt = 4;

function selfOf(heap: Heap, thread: ThreadSnapshot, fits: (frame: Frame) => boolean): number | undefined {
  const index = thread.frames.slice(0, framesLookedAt).findIndex(fits);
  const place = thread.places[index];
  const self = place === undefined ? undefined : readFrameSlots(heap, place).variables[0];
  return self === 0 ? undefined : self;
}

function hex(address: number): string {
  return `0x${address.toString(16)}`;
}
