// The other process in a thread's wait, as a clause for people: who holds the file lock, which child has not ended, who has the pipe's other end.

import type { Activity } from "./activity.ts";
import { listDescriptors, readDescriptor } from "./proc/fd.ts";
import { readFileLockWaits } from "./proc/locks.ts";
import { readStat } from "./proc/stat.ts";
import { readComm } from "./proc/task.ts";
import { readCurrentCall } from "./proc/syscall.ts";
import { listPids } from "./python-process.ts";
import { systemCallName } from "./system-calls.ts";

const mostNamed = 3;
const mostSearched = 2_000;

/** Clauses such as "process 812 (cron) holds the file lock"; empty where no other process is part of the wait. */
export function othersInWait(pid: number, tid: number, activity: Activity): string[] {
  if (activity.state === "waits for a child process") return childClauses(pid, tid);
  if (activity.state === "reads a pipe" || activity.state === "writes a pipe") return pipeClauses(pid, tid, activity.state);
  return activity.state === "waits for a lock" ? fileLockClauses(pid, tid) : [];
}

function callOf(pid: number, tid: number): { name: string; first: number } | undefined {
  const call = readCurrentCall(pid, tid);
  return typeof call === "object" && call.kind === "call"
    ? { name: systemCallName(call.number) ?? "", first: call.arguments[0] ?? 0 }
    : undefined;
}

/** "process 812 (cron)". */
export function processText(pid: number): string {
  return `process ${pid} (${readComm(pid) ?? "ended"})`;
}

function fileLockClauses(pid: number, tid: number): string[] {
  const call = callOf(pid, tid);
  if (call?.name !== "flock" && call?.name !== "fcntl") return [];
  const wait = readFileLockWaits().find((one) => one.pid === pid || one.pid === tid);
  if (wait === undefined) return ["the holder of the file lock can't be seen from here"];
  return [wait.holder > 0 ? `${processText(wait.holder)} holds the file lock` : "an open file description holds the file lock"];
}

// wait4(pid): a pid above 0 names the child; the kernel hands over the number as 32 bits.
function childClauses(pid: number, tid: number): string[] {
  const wanted = callOf(pid, tid)?.first ?? 0;
  const one = wanted > 0 && wanted < 2 ** 31 ? wanted : undefined;
  const children = listPids().filter((other) => {
    const stat = readStat(other);
    return typeof stat === "object" && stat.ppid === pid && (one === undefined || other === one);
  });
  return children.slice(0, mostNamed).map((child) => `child ${child} (${readComm(child) ?? "ended"}) ${childText(pid, child)}`.trim());
}

function childText(pid: number, child: number): string {
  const stat = readStat(child);
  if (typeof stat !== "object") return "has ended";
  return stat.state === "S" && writesInto(child, pid)
    ? "writes to a full pipe that this process does not empty"
    : (childStates[stat.state] ?? "");
}

// A child that is blocked in writing to a pipe of which its parent has an end.
function writesInto(child: number, parent: number): boolean {
  const call = callOf(child, child);
  const descriptor = call?.name === "write" ? readDescriptor(child, call.first) : undefined;
  return typeof descriptor === "object" && descriptor.kind === "pipe" && holdsPipe(parent, descriptor.path);
}

const childStates: Readonly<Partial<Record<string, string>>> = {
  R: "is running",
  S: "sleeps",
  D: "waits for the disk",
  T: "is stopped",
  Z: "has ended and was not collected",
};

function pipeClauses(pid: number, tid: number, state: string): string[] {
  const call = callOf(pid, tid);
  const descriptor = call === undefined ? undefined : readDescriptor(pid, call.first);
  if (typeof descriptor !== "object" || descriptor.kind !== "pipe") return [];
  const holders = listPids()
    .slice(0, mostSearched)
    .filter((other) => other !== pid && holdsPipe(other, descriptor.path));
  const end = state === "writes a pipe" ? "the other end is" : "what writes to it is";
  if (holders.length === 0) return ["no other process has this pipe open"];
  return [`${end} ${holders.slice(0, mostNamed).map(processText).join(", ")}`];
}

const mostDescriptors = 256;

function holdsPipe(pid: number, path: string): boolean {
  const numbers = listDescriptors(pid, mostDescriptors);
  if (typeof numbers !== "object") return false;
  return numbers.some((number) => {
    const descriptor = readDescriptor(pid, number);
    return typeof descriptor === "object" && descriptor.path === path;
  });
}
