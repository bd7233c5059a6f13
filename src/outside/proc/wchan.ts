// /proc/PID/task/TID/wchan: the kernel function that a thread sleeps in. Source: proc_pid_wchan(5).

import { procPath, readProcText } from "./read-text.ts";

/** The function's name; undefined where the thread runs, ended, or the kernel does not say ("0"). */
export function readWaitChannel(pid: number, tid: number): string | undefined {
  const read = readProcText(`${procPath(pid, tid)}/wchan`, 256);
  if (typeof read !== "object") return undefined;
  const name = read.text.trim();
  return /^[A-Za-z_][\w.]*$/.test(name) ? name : undefined;
}
