// /proc/PID/task/TID/syscall: the system call that a thread sleeps in. Source: proc_pid_syscall(5); needs the permission to attach.

import { type ProcAnswer, procPath, readProcText } from "./read-text.ts";

export type CurrentCall =
  | { readonly kind: "running" }
  /** Blocked, but not in a system call (a page fault, for example). */
  | { readonly kind: "blocked" }
  | { readonly kind: "call"; readonly number: number; readonly arguments: readonly number[]; readonly registers: CallRegisters };

/** Where the thread's stack and its code stand. */
export interface CallRegisters {
  readonly stackPointer: number;
  readonly instruction: number;
}

/** What a thread waits in; arguments are exact up to 2^53. */
export function readCurrentCall(pid: number, tid: number): ProcAnswer<CurrentCall> {
  const read = readProcText(`${procPath(pid, tid)}/syscall`, 512);
  return typeof read === "object" ? parseCurrentCall(read.text) : read;
}

export function parseCurrentCall(text: string): CurrentCall | undefined {
  const words = text.trim().split(" ");
  if (words[0] === "running") return { kind: "running" };
  const number = Number(words[0]);
  if (!Number.isInteger(number) || words.length < 3) return undefined;
  if (number < 0) return { kind: "blocked" };
  if (words.length < 9) return undefined;
  const [stackPointer = 0, instruction = 0] = words.slice(7, 9).map(Number);
  return { kind: "call", number, arguments: words.slice(1, 7).map(Number), registers: { stackPointer, instruction } };
}
