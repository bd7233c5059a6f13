// /proc/PID/limits: the resource limits of a process. Source: proc_pid_limits(5).

import { type ProcAnswer, procPath, readProcText } from "./read-text.ts";

/** A limit; undefined stands for "unlimited". */
export interface Limit {
  readonly soft: number | undefined;
  readonly hard: number | undefined;
}

/** RLIMIT_NOFILE: one more than the highest descriptor number. Undefined where the process is gone or the line is not there. */
export function readOpenFilesLimit(pid: number): ProcAnswer<Limit> {
  const read = readProcText(`${procPath(pid)}/limits`, 16_384);
  return typeof read === "object" ? parseOpenFilesLimit(read.text) : read;
}

export function parseOpenFilesLimit(text: string): Limit | undefined {
  const match = /^Max open files +(\d+|unlimited) +(\d+|unlimited)/m.exec(text);
  if (match === null) return undefined;
  const value = (word: string | undefined): number | undefined => (word === undefined || word === "unlimited" ? undefined : Number(word));
  return { soft: value(match[1]), hard: value(match[2]) };
}
