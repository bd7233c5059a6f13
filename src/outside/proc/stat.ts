// /proc/PID/stat and /proc/PID/task/TID/stat: state, parent, start time, processor time. Source: proc_pid_stat(5).

import { type ProcAnswer, procPath, readProcText } from "./read-text.ts";

/** Clock ticks in a second: what `getconf CLK_TCK` says (USER_HZ is 100 on x86-64 and aarch64, include/asm-generic/param.h). */
export const ticksPerSecond = 100;

export interface ProcessStat {
  readonly pid: number;
  /** Short name, at most 15 bytes (kernel threads have longer ones); the process writes it itself. */
  readonly comm: string;
  /** R running, S sleeping, D in the disk, T stopped, t traced, Z zombie, X dead, I idle kernel thread. */
  readonly state: string;
  readonly ppid: number;
  readonly session: number;
  /** Device number of the controlling terminal; 0 where there is none. */
  readonly ttyNumber: number;
  readonly kernelThread: boolean;
  readonly userTicks: number;
  readonly systemTicks: number;
  readonly threads: number;
  /** Clock ticks after boot; with the pid, the identity of a process. */
  readonly startTicks: number;
}

// include/linux/sched.h.
const kernelThreadFlag = 0x0020_0000;

/** The stat of a process, or of one thread of it. */
export function readStat(pid: number, tid?: number): ProcAnswer<ProcessStat> {
  const read = readProcText(`${procPath(pid, tid)}/stat`, 4_096);
  return typeof read === "object" ? parseStat(read.text) : read;
}

/** Parsed from the last ")" on, since the name may hold blanks and brackets; undefined where the line is not whole. */
export function parseStat(text: string): ProcessStat | undefined {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  const fields = text.slice(close + 2).split(" ");
  if (open < 1 || close < open || fields.length < 20) return undefined;
  // Field numbers of the manual start at 1, and "state" is the third.
  const field = (number: number): number => Number(fields[number - 3]);
  return {
    pid: Number(text.slice(0, open)),
    comm: text.slice(open + 1, close),
    state: fields[0] ?? "?",
    ppid: field(4),
    session: field(6),
    ttyNumber: field(7),
    kernelThread: (field(9) & kernelThreadFlag) !== 0,
    userTicks: field(14),
    systemTicks: field(15),
    threads: field(20),
    startTicks: field(22),
  };
}
