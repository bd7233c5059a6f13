// Who waits for whom: threads that wait for each other, or for themselves, through locks, imports and joins. Pure.

import type { ThreadObservation } from "./observation.ts";

/** Threads in order: each waits for what the next one has, the last for what the first one has. */
export type Circle = readonly ThreadObservation[];

/**
 * Every circle once, the main thread first where it is in it. Only waits that lasted the whole look count, so that a lock that is merely
 * busy makes no circle.
 */
export function waitCircles(threads: readonly ThreadObservation[]): Circle[] {
  const byTid = new Map(threads.map((thread) => [thread.tid, thread]));
  const circles: Circle[] = [];
  const done = new Set<number>();
  for (const start of threads) {
    const circle = followFrom(start, { byTid, done }, []);
    if (circle !== undefined) circles.push(turned(circle));
  }
  return circles;
}

interface Walk {
  readonly byTid: ReadonlyMap<number, ThreadObservation>;
  /** Threads from which every way has been followed. */
  readonly done: Set<number>;
}

function followFrom(thread: ThreadObservation, walk: Walk, path: readonly ThreadObservation[]): Circle | undefined {
  const at = path.findIndex(({ tid }) => tid === thread.tid);
  if (at >= 0) return path.slice(at);
  if (walk.done.has(thread.tid) || !waitsThroughout(thread)) return undefined;
  walk.done.add(thread.tid);
  for (const { tid } of thread.wait?.owners ?? []) {
    const next = walk.byTid.get(tid);
    const circle = next === undefined ? undefined : followFrom(next, walk, [...path, thread]);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

// A thread may wake from a join or an import lock in between and wait on: only for a lock proper must it not have run.
function waitsThroughout({ wait, ran }: ThreadObservation): boolean {
  return wait?.throughout === true && !(ran && (wait.kind === "Lock" || wait.kind === "RLock"));
}

function turned(circle: Circle): Circle {
  const start = Math.max(
    0,
    circle.findIndex(({ main }) => main),
  );
  return [...circle.slice(start), ...circle.slice(0, start)];
}
