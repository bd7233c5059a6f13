// Who writes a chain: a lock beside its file, a symbolic link whose text names the writer (created whole in one step, unlike a file that is filled afterwards).
// A lock that a dead writer left is never taken over. Two writers that both find it dead would each have to remove and create it, and the second could
// remove what the first has just created; without flock, which Node lacks, no order of steps closes that gap. So the chain is retired: it stays, is verified
// for ever, and the next writer takes another number.

import { readFileSync, readlinkSync, symlinkSync, unlinkSync } from "node:fs";
import { errnoOf } from "../base/failure.ts";

/** `left`: its writer is gone. `unknown`: written in another PID namespace, on another machine or before a reboot, where pids mean nothing here. */
export type LockState = "free" | "held" | "left" | "unknown";

/** pid, start time, PID namespace and boot of this process: together they name one process for ever. */
export function ownLockText(): string {
  return `${process.pid}:${startTime(process.pid) ?? "?"}:${placeOfPids()}`;
}

/** True where the lock is now ours, false where somebody has it; throws what else the kernel answers. */
export function claimLock(path: string, text: string): boolean {
  try {
    symlinkSync(text, path);
    return true;
  } catch (thrown) {
    if (errnoOf(thrown) === "EEXIST") return false;
    throw thrown;
  }
}

/** Removes the lock if it is still ours; never throws, since a lock that stays only retires its chain. */
export function releaseLock(path: string, text: string): void {
  try {
    if (readlinkSync(path) === text) unlinkSync(path);
  } catch {
    return;
  }
}

/** What the lock's text says about its writer; only for messages and for when to write a checkpoint, never for taking a lock over. */
export function lockState(path: string): LockState {
  let text: string;
  try {
    text = readlinkSync(path);
  } catch (thrown) {
    return errnoOf(thrown) === "ENOENT" ? "free" : "unknown";
  }
  const match = /^(\d{1,10}):(\d{1,20}):(.*)$/.exec(text);
  if (match === null || match[3] !== placeOfPids()) return "unknown";
  return startTime(Number(match[1])) === match[2] ? "held" : "left";
}

/** Field 22 of /proc/PID/stat, in clock ticks since boot (proc_pid_stat(5)); fields are counted from the last parenthesis, since a name may hold any. */
function startTime(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

let ownPlace: string | undefined;

function placeOfPids(): string {
  return (ownPlace ??= `${readLink("/proc/self/ns/pid")}:${readText("/proc/sys/kernel/random/boot_id")?.trim() ?? "?"}`);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "?";
  }
}
