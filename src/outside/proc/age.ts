// How old a process is, on the clock that start times count on. Sources: proc_uptime(5), proc_pid_stat(5).

import { readFileSync } from "node:fs";
import { readStat, ticksPerSecond } from "./stat.ts";

/** Time since the machine started. */
export function readUptimeMs(): number {
  return Number.parseFloat(readFileSync("/proc/uptime", "latin1")) * 1000;
}

/** Between a process's start, given in ticks, and now. */
export function ageMs(startTicks: number, uptimeMs: number): number {
  return Math.max(0, uptimeMs - (startTicks * 1000) / ticksPerSecond);
}

/** Undefined where there is no such process. */
export function readAgeMs(pid: number): number | undefined {
  const stat = readStat(pid);
  return typeof stat === "object" ? ageMs(stat.startTicks, readUptimeMs()) : undefined;
}
