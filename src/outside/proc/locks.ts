// /proc/locks: file locks and who waits for them. Source: proc_locks(5); a line with "->" waits for the line before it.

import { readFileSync } from "node:fs";

export interface FileLockWait {
  /** The process that waits. */
  readonly pid: number;
  /** The process that holds the lock; -1 for a lock that belongs to an open file description. */
  readonly holder: number;
  readonly kind: string;
}

const line = /^\d+:\s*(->)?\s*(\S+)\s+\S+\s+\S+\s+(-?\d+)\s/;

/** Every wait for a file lock on this machine, as far as this pid namespace shows it. */
export function readFileLockWaits(): FileLockWait[] {
  try {
    return parseFileLocks(readFileSync("/proc/locks", "latin1"));
  } catch {
    return [];
  }
}

export function parseFileLocks(text: string): FileLockWait[] {
  const waits: FileLockWait[] = [];
  let holder = -1;
  for (const row of text.split("\n")) {
    const match = line.exec(row);
    if (match === null) continue;
    if (match[1] === undefined) holder = Number(match[3]);
    else waits.push({ pid: Number(match[3]), holder, kind: match[2] ?? "" });
  }
  return waits;
}
