// Lets one process at a time build a thing in the rig's cache; a lock whose owner is gone is taken over.

import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Runs the action while `<path>.lock/` is held. Throws when a living owner keeps it longer than `timeoutMs`. */
export async function withDirectoryLock<T>(path: string, timeoutMs: number, action: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  const deadlineMs = Date.now() + timeoutMs;
  while (!tryLock(lock)) {
    if (ownerIsGone(lock)) breakLock(lock);
    else if (Date.now() > deadlineMs) throw new Error(`${lock} is held by another process for more than ${timeoutMs / 1000} s`);
    else await sleep(250);
  }
  try {
    return await action();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function tryLock(lock: string): boolean {
  try {
    mkdirSync(lock);
  } catch {
    return false;
  }
  writeFileSync(join(lock, "pid"), String(process.pid));
  return true;
}

/** Moved aside first: of several waiters one succeeds; a lock that another made in between is put back. */
function breakLock(lock: string): void {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
    if (ownerIsGone(aside)) rmSync(aside, { recursive: true, force: true });
    else renameSync(aside, lock);
  } catch {
    // Another waiter was faster.
  }
}

/** The pid file comes a moment after the directory: only a lock that stays without one for 10 s has no owner. */
function ownerIsGone(lock: string): boolean {
  const pid = Number(readOrEmpty(join(lock, "pid")));
  if (pid > 0) return !isAlive(pid);
  const age = statSync(lock, { throwIfNoEntry: false });
  return age !== undefined && Date.now() - age.mtimeMs > 10_000;
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
