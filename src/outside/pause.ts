// The whole process stopped for the instant of a read, so that everything read is of one moment. For --pause.
// SIGSTOP, wait until every thread is stopped, read, SIGCONT; never where a stop would reach further than the process.

import { monotonicMs } from "../base/clock.ts";
import { errnoOf, Failure } from "../base/failure.ts";
import { readStat } from "./proc/stat.ts";
import { readStatus } from "./proc/status.ts";
import { listTids, readComm } from "./proc/task.ts";
import { stopLimitMs, type Watchdog } from "./watchdog.ts";

export interface Stopped<Value> {
  readonly value: Value;
  /** How long the process stood still. */
  readonly stoppedMs: number;
  /** False where the watchdog let it go on before the read was done: the value is then not of one moment. */
  readonly throughout: boolean;
}

// Every thread must be scheduled once to stop, and one that sleeps in the disk does not; longer than this is not waited for.
const stopWaitMs = 12;
const stoppers = new Set(["su", "runuser", "sudo", "doas"]);

/** Why this process must not be stopped, or undefined. */
export function pauseRefusal(pid: number): Failure | undefined {
  const stat = readStat(pid);
  const status = readStatus(pid);
  if (typeof stat !== "object" || typeof status !== "object")
    return new Failure({ code: "target-gone", message: `process ${pid} has ended` });
  const parent = readComm(stat.ppid) ?? "";
  const reason = reasonAgainst({
    stat,
    parent,
    tracerPid: status.tracerPid,
    innerPid: status.namespacePids.at(-1) ?? pid,
    depth: status.namespacePids.length,
  });
  if (reason === undefined) return undefined;
  return new Failure({
    code: "pause-refused",
    message: `process ${pid} must not be stopped: ${reason}`,
    hint: "leave out --pause; stacks that change while they are read are then marked",
  });
}

function reasonAgainst(facts: {
  stat: { state: string; ttyNumber: number; ppid: number };
  parent: string;
  tracerPid: number;
  innerPid: number;
  depth: number;
}): string | undefined {
  const { stat, parent, tracerPid, innerPid, depth } = facts;
  if (stat.state === "T" || stat.state === "t") return "it is stopped already, and continuing it would be more than was asked for";
  if (tracerPid !== 0) return `process ${tracerPid} traces it`;
  if (stat.ttyNumber !== 0) return "it is a job of a terminal, whose shell would take the terminal back";
  if (stoppers.has(parent)) return `its parent is ${parent}, which stops itself with it and stays stopped`;
  if (innerPid === 1 && depth === 1)
    return "it is the first process of this container, which can't be stopped from inside; run ispyd on the host";
  return undefined;
}

// On a busy machine a thread may have to wait longer for its turn to stop than a stop may last: then it is tried again after a while.
const tries = 8;
const restMs = 25;

/** Stops the process, reads, and continues it, whatever the read does. */
export function readStopped<Value>(
  target: { pid: number; startTicks: number },
  watchdog: Watchdog,
  read: () => Value,
): Stopped<Value> | Failure {
  for (let count = 0; count < tries; count += 1) {
    const refusal = pauseRefusal(target.pid);
    if (refusal !== undefined) return refusal;
    const stopped = stopOnce(target, watchdog, read);
    if (stopped !== undefined) return stopped;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, restMs);
  }
  return notStopped(target.pid);
}

function stopOnce<Value>(
  { pid, startTicks }: { pid: number; startTicks: number },
  watchdog: Watchdog,
  read: () => Value,
): Stopped<Value> | undefined {
  watchdog.arm(pid, startTicks);
  const startedMs = monotonicMs();
  try {
    stop(pid);
    if (!waitUntilStopped(pid, startedMs)) return undefined;
    const value = read();
    const stoppedMs = monotonicMs() - startedMs;
    return { value, stoppedMs, throughout: stoppedMs < stopLimitMs && isStopped(pid) };
  } finally {
    resume(pid);
    watchdog.disarm(pid);
  }
}

function stop(pid: number): void {
  try {
    process.kill(pid, "SIGSTOP");
  } catch (thrown) {
    if (errnoOf(thrown) === "ESRCH")
      throw new Failure({ code: "target-gone", message: `process ${pid} has ended`, hint: "ispyd ps shows what is running" });
    throw new Failure({
      code: "permission-denied",
      message: `process ${pid} may not be stopped by this user (${errnoOf(thrown) ?? "unknown"})`,
      hint: "leave out --pause",
    });
  }
}

function resume(pid: number): void {
  try {
    process.kill(pid, "SIGCONT");
  } catch {
    // It ended: nothing is left to continue.
  }
}

function waitUntilStopped(pid: number, startedMs: number): boolean {
  while (monotonicMs() - startedMs < stopWaitMs) if (isStopped(pid)) return true;
  return false;
}

function isStopped(pid: number): boolean {
  const tids = listTids(pid);
  if (typeof tids !== "object" || tids.length === 0) return false;
  return tids.every((tid) => {
    const stat = readStat(pid, tid);
    return typeof stat !== "object" || stat.state === "T";
  });
}

function notStopped(pid: number): Failure {
  return new Failure({
    code: "pause-refused",
    message: `process ${pid} did not stop within ${stopWaitMs} ms, ${tries} times (the machine is too busy, or a thread of it waits for the disk), and was continued`,
    hint: "leave out --pause",
    target: "restored",
  });
}
