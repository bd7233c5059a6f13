// How much of a core each thread used between two moments, and how often it left it. For looks that last a while.

import { readSwitches, type Switches } from "./last-ran.ts";
import { readStat, ticksPerSecond } from "./proc/stat.ts";

/** The counters of some threads at one moment, by tid. */
export interface ThreadUse {
  readonly ticks: ReadonlyMap<number, number>;
  readonly switches: ReadonlyMap<number, Switches>;
}

export function readThreadUse(pid: number, tids: readonly number[]): ThreadUse {
  return {
    ticks: new Map(tids.flatMap((tid) => entry(tid, ticksOf(pid, tid)))),
    switches: new Map(tids.flatMap((tid) => entry(tid, readSwitches(pid, tid)))),
  };
}

function ticksOf(pid: number, tid: number): number | undefined {
  const stat = readStat(pid, tid);
  return typeof stat === "object" ? stat.userTicks + stat.systemTicks : undefined;
}

function entry<Value>(tid: number, value: Value | undefined): [number, Value][] {
  return value === undefined ? [] : [[tid, value]];
}

/** Share of one core, 0 to 1; 0 for a thread that is new. */
export function cpuShares(before: ThreadUse, after: ThreadUse, durationMs: number): Map<number, number> {
  return new Map(
    [...after.ticks].map(([tid, count]) => {
      const usedMs = ((count - (before.ticks.get(tid) ?? count)) * 1_000) / ticksPerSecond;
      return [tid, Math.min(1, usedMs / durationMs)];
    }),
  );
}

/** The threads that left the processor, and how often each did so to wait; on a busy machine they are also made to. */
export function timesWaited(before: ThreadUse, after: ThreadUse): Map<number, number> {
  return new Map(
    [...after.switches].flatMap(([tid, now]): [number, number][] => {
      const first = before.switches.get(tid) ?? now;
      return now.all > first.all ? [[tid, now.waits - first.waits]] : [];
    }),
  );
}
