// How long ago a thread last ran, where the kernel keeps its scheduler's figures, and how often it has run, which every kernel counts.
// Source: /proc/PID/task/TID/sched (kernel/sched/debug.c), se.exec_start: the run queue's clock in ms when the thread's run time was last counted.

import { readFileSync } from "node:fs";

/** Answers with milliseconds since a thread last ran, or undefined where the kernel does not say. */
export type LastRan = (pid: number, tid: number) => number | undefined;

// The own thread is running, so its figure is the clock now; tolerance for a clock of another core.
const toleranceMs = 5;

/** Prepares the question: the clock is read from this process's own entry, which was counted a moment ago. */
export function openLastRan(): LastRan {
  const clock = createClock();
  return (pid, tid) => {
    const ran = execStart(`/proc/${pid}/task/${tid}/sched`);
    const now = clock();
    if (ran === undefined || now === undefined || ran > now + toleranceMs) return undefined;
    return Math.max(0, now - ran);
  };
}

// The run queue's clock is not /proc/uptime; their difference is taken once and the monotonic clock carries it on.
function createClock(): () => number | undefined {
  const own = execStart("/proc/self/sched");
  const atMs = performance.now();
  return () => (own === undefined ? undefined : own + (performance.now() - atMs));
}

function execStart(path: string): number | undefined {
  try {
    const value = /^se\.exec_start\s*:\s*([0-9.]+)/m.exec(readFileSync(path, "latin1"))?.[1];
    return value === undefined ? undefined : Number(value);
  } catch {
    return undefined;
  }
}

/** How often a thread has left the processor in all, and how often of its own accord, to wait. */
export interface Switches {
  readonly all: number;
  readonly waits: number;
}

/** The same numbers twice mean that a sleeping thread did not run in between. Source: proc_pid_status(5). */
export function readSwitches(pid: number, tid: number): Switches | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/task/${tid}/status`, "latin1");
    const [waits, forced] = [...text.matchAll(/^(?:non)?voluntary_ctxt_switches:\s*(\d+)$/gm)].map((match) => Number(match[1]));
    return waits === undefined || forced === undefined ? undefined : { all: waits + forced, waits };
  } catch {
    return undefined;
  }
}
