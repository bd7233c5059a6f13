// Locks that threads waited for through the whole look: one finding per lock, with whoever holds it and what the holder does. Pure.

import { shortFile } from "../stacks/origin.ts";
import type { Finding } from "./finding.ts";
import type { ObjectWait, ProcessObservation, ThreadObservation } from "./observation.ts";
import { conditionOf, lastFrames, type ThreadCondition } from "./thread-condition.ts";
import { doingText, placeText, servingClause, servingText, sinceText, threadName, threadText, waitedText } from "./words.ts";

const lockKinds: ReadonlySet<ObjectWait["kind"] | undefined> = new Set(["Lock", "RLock", "lock of multiprocessing", "import of a module"]);

/** True where a thread stood in a wait for a lock that somebody is meant to give back. */
export function waitsForHeldLock({ condition, thread, repeats }: ThreadCondition): boolean {
  const { wait } = thread;
  if (isSignal(thread)) return false;
  return (
    condition === "stands" && lockKinds.has(wait?.kind) && wait?.throughout === true && (wait.kind === "import of a module" || !repeats)
  );
}

// Condition.wait, which Event, Queue, Semaphore and Future stand on, waits in a lock that it took itself to be woken by (Lib/threading.py).
function isSignal(thread: ThreadObservation): boolean {
  const [innermost] = lastFrames(thread);
  return innermost !== undefined && shortFile(innermost.file) === "threading.py" && /^(?:Condition\.)?wait$/.test(innermost.function);
}

export function heldLocks(process: ProcessObservation, conditions: readonly ThreadCondition[]): Finding[] {
  const locks = new Map<string, ThreadCondition[]>();
  for (const one of conditions.filter(waitsForHeldLock)) {
    const object = one.thread.wait?.object ?? "";
    locks.set(object, [...(locks.get(object) ?? []), one]);
  }
  return [...locks.values()].map((waiters) => toFinding(process, waiters));
}

function toFinding(process: ProcessObservation, waiters: readonly ThreadCondition[]): Finding {
  const first = waiters[0] as ThreadCondition;
  const lasted = waiters.map(({ thread }) => thread.lastRanMs);
  const known = lasted.every((value) => value !== undefined);
  const sinceMs = known ? Math.max(...lasted.map((value) => value ?? 0)) : process.durationMs;
  const holder = holderOf(process, first.thread);
  const root = holder === undefined ? undefined : conditionOf(rootOf(process, holder, new Set([first.thread.tid])));
  const moves = root?.condition === "moves" || root?.condition === "wants the GIL";
  const serving = servingClause(waiters.map(({ thread }) => thread));
  const who = waiters.length === 1 ? `${threadText(first.thread)} waits` : `${waiters.length} threads${serving} wait`;
  return {
    kind: "waits for a lock",
    stuck: !moves,
    text: `${who} for ${waitedText(first.thread.wait?.kind)} in ${placeText(first.place)} ${sinceText(sinceMs, known)}; ${holderText(process, first, root)}`,
    culprit: moves ? undefined : root === undefined ? first.place : culpritOf(root, first),
    tids: [...(root === undefined ? [] : [root.thread.tid]), ...waiters.map(({ thread }) => thread.tid)],
    tasks: [],
    sinceMs,
    sinceKnown: known,
  };
}

function holderOf(process: ProcessObservation, { wait }: ThreadObservation): ThreadObservation | undefined {
  const [owner] = wait?.owners ?? [];
  return owner === undefined ? undefined : process.threads.find(({ tid }) => tid === owner.tid);
}

// The holder may itself wait for a lock of another thread: the last one in that row is what all of them wait for.
function rootOf(process: ProcessObservation, thread: ThreadObservation, seen: Set<number>): ThreadObservation {
  const next = thread.wait?.throughout === true ? holderOf(process, thread) : undefined;
  if (next === undefined || seen.has(next.tid)) return thread;
  return rootOf(process, next, seen.add(thread.tid));
}

// A holder without a line of the application that stands or computes says nothing; then the line that asks for the lock is all there is.
function culpritOf(root: ThreadCondition, waiter: ThreadCondition): ThreadCondition["place"] {
  return root.condition === "stands"
    ? (root.place ?? waiter.place)
    : root.condition === "computes"
      ? (root.lasting ?? waiter.place)
      : waiter.place;
}

function holderText(process: ProcessObservation, { thread }: ThreadCondition, root: ThreadCondition | undefined): string {
  const { wait, others } = thread;
  if (others.length > 0) return others.join(", ");
  const holder = holderOf(process, thread);
  if (wait?.ownerEnded === true && holder === undefined) return "the thread that took it has ended without giving it back";
  if (holder === undefined || root === undefined)
    return `who holds it is not known${wait?.kind === "Lock" ? " (a Lock does not record it)" : ""}`;
  const between =
    root.thread.tid === holder.tid ? "and" : `and waits, in the end for ${threadName(root.thread)}${servingText([root.thread])}, which`;
  return `${threadText(holder)} ${holdsText(wait)} ${between} ${rootText(root)}`;
}

function holdsText(wait: ObjectWait | undefined): string {
  const [owner] = wait?.owners ?? [];
  if (wait?.kind === "import of a module") return "has begun it";
  return owner?.how === "records" ? "holds it" : `is inside a with on it in ${placeText(owner?.frame)}`;
}

function rootText(root: ThreadCondition): string {
  if (root.condition === "computes") return `computes in ${placeText(root.lasting ?? root.place)}`;
  if (root.condition === "stands") return `${doingText(root)} in ${placeText(root.place)}`;
  return root.condition === "waits for work" ? "waits for work without giving it back" : "moves on";
}
