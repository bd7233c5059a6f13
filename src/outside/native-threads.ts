// From a thread state to the thread id that this machine's /proc knows: across PID namespaces, and before 3.11 through glibc's own record.
// Source: proc_pid_status(5) NSpid; struct pthread of glibc and musl, whose `tid` field is found, not assumed.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { i32, u64 } from "../base/bytes.ts";
import type { Heap } from "./heap.ts";
import { absent } from "./layout-type.ts";
import { readWord } from "./memory.ts";

/** Answers with the tid of a thread state, or 0 where none can be found. */
export type ThreadNumbering = (threadState: Buffer) => number;

const pthreadBytes = 1_024;

/** Prepares the numbering of one process; cheap where target and reader share a PID namespace. */
export function numberThreads(heap: Heap, runtime: number, pid: number): ThreadNumbering {
  const seenFromHere = outerTids(pid);
  const ownPid = [...seenFromHere].find(([, outer]) => outer === pid)?.[0] ?? pid;
  let tidOffset: number | undefined;
  const fromPthread = (threadState: Buffer): number => {
    tidOffset ??= findTidOffset(heap, runtime, ownPid);
    const bytes = tidOffset < 0 ? undefined : heap.memory.read(u64(threadState, heap.layout.thread.threadId) + tidOffset, 4);
    return bytes === undefined ? 0 : (seenFromHere.get(i32(bytes, 0)) ?? 0);
  };
  return (threadState) => {
    const { nativeThreadId } = heap.layout.thread;
    const direct = nativeThreadId === absent ? undefined : seenFromHere.get(u64(threadState, nativeThreadId));
    // A fork can leave the parent's id behind (3.11 and 3.12); the C library's record is right then.
    return direct ?? fromPthread(threadState);
  };
}

// Threads by the id that the target itself sees.
function outerTids(pid: number): Map<number, number> {
  const tids = listTids(pid);
  if (sharesNamespace(pid)) return new Map(tids.map((tid) => [tid, tid]));
  return new Map(tids.map((tid) => [innerTid(pid, tid), tid]));
}

function listTids(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [];
  }
}

function sharesNamespace(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`) === readlinkSync("/proc/self/ns/pid");
  } catch {
    return false;
  }
}

function innerTid(pid: number, tid: number): number {
  try {
    const line = /^NSpid:\s*(.*)$/m.exec(readFileSync(`/proc/${pid}/task/${tid}/status`, "latin1"))?.[1] ?? "";
    return Number(line.trim().split(/\s+/).at(-1) ?? tid);
  } catch {
    return tid;
  }
}

// The main thread's record holds the process id in its tid field; every other thread's record has it at the same place.
function findTidOffset({ memory, layout }: Heap, runtime: number, pid: number): number {
  const main = readWord(memory, runtime + layout.runtime.mainThread);
  const bytes = main === undefined ? undefined : memory.read(main, pthreadBytes);
  for (let offset = 0; bytes !== undefined && offset < pthreadBytes; offset += 4) {
    if (i32(bytes, offset) === pid) return offset;
  }
  return -1;
}
