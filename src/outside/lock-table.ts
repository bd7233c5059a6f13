// All locks of a process that a thread waits for or is inside a `with` of, each with its holders and waiters. For `locks` and the report.

import { type FoundWait, readLocks, readObjectWaits } from "./object-waits.ts";
import type { Heap } from "./heap.ts";
import type { ProcessSnapshot } from "./snapshot.ts";

export interface LockHolder {
  readonly tid: number;
  readonly how: "records" | "inside with";
  /** Index of the frame that is inside the `with`; -1 where only the lock's own record tells. */
  readonly frame: number;
}

export interface LockRow {
  readonly object: string;
  readonly kind: FoundWait["kind"];
  readonly holders: readonly LockHolder[];
  readonly waiters: readonly number[];
}

/** Rows with waiters first, the most waited for on top. */
export function readLockTable(heap: Heap, pid: number, snapshot: ProcessSnapshot): LockRow[] {
  const rows = new Map<string, { kind: FoundWait["kind"]; holders: LockHolder[]; waiters: number[] }>();
  const rowOf = (object: string, kind: FoundWait["kind"]): { kind: FoundWait["kind"]; holders: LockHolder[]; waiters: number[] } => {
    const row = rows.get(object) ?? { kind, holders: [], waiters: [] };
    rows.set(object, row);
    return row;
  };
  for (const [tid, wait] of readObjectWaits(heap, pid, snapshot)) {
    const row = rowOf(wait.object, wait.kind);
    row.waiters.push(tid);
    for (const owner of wait.owners)
      if (owner.how === "records" && !row.holders.some((holder) => holder.tid === owner.tid))
        row.holders.push({ tid: owner.tid, how: "records", frame: -1 });
  }
  for (const [tid, { held }] of readLocks(heap, pid, snapshot)) {
    for (const { lock, frame } of held) {
      const { holders } = rowOf(`0x${lock.address.toString(16)}`, lock.kind);
      const known = holders.findIndex((holder) => holder.tid === tid);
      if (known < 0) holders.push({ tid, how: "inside with", frame });
      else if (holders[known]?.frame === -1) holders[known] = { tid, how: "records", frame };
    }
  }
  return [...rows].map(([object, row]) => ({ object, ...row })).sort((a, b) => b.waiters.length - a.waiters.length);
}
