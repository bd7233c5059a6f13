// /proc/PID/task: the threads of a process as the kernel counts them. Source: proc_pid_task(5).

import { readdirSync } from "node:fs";
import { type ProcAnswer, procPath, readProcText, refusalOf } from "./read-text.ts";

/** Thread ids, at most `maximum`, in the order the kernel lists them. */
export function listTids(pid: number, maximum = 16_384): ProcAnswer<readonly number[]> {
  try {
    return readdirSync(`${procPath(pid)}/task`)
      .slice(0, maximum)
      .map(Number);
  } catch (thrown) {
    return refusalOf(thrown);
  }
}

/** The short name of a process or thread; it may be anything the process wrote. */
export function readComm(pid: number, tid?: number): string | undefined {
  const read = readProcText(`${procPath(pid, tid)}/comm`, 256);
  return typeof read === "object" ? read.text.replace(/\n$/, "") : undefined;
}
