// Waits until a program that was started stands where it is going to stand, however slow the machine is: no pause of a fixed length does that.

import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const samplePauseMs = 150;
const samplesAlike = 4;
const longestWaitMs = 8_000;
/** Of one thread that computes, in ticks of 10 ms: enough to have come to what it computes. */
const ticksOfComputing = 15;

/**
 * Resolves when every thread of a process and of its group was seen waiting in the same system calls a few times in a row. A thread that
 * computes must have had the processor for a while instead, since one that is merely starved looks the same. Gives up in silence after 8 s.
 */
export async function settled(group: number): Promise<void> {
  const endMs = performance.now() + longestWaitMs;
  const began = new Map<string, number>();
  let last = "";
  for (let alike = 0; alike < samplesAlike && performance.now() < endMs;) {
    const threads = threadsOf(group);
    for (const { id, ticks } of threads) if (!began.has(id)) began.set(id, ticks);
    const starved = threads.some(({ id, call, ticks }) => call === "running" && ticks - (began.get(id) ?? ticks) < ticksOfComputing);
    const sample = JSON.stringify(threads.map(({ id, call }) => [id, call]));
    alike = sample === last && !starved ? alike + 1 : 0;
    last = sample;
    await sleep(samplePauseMs);
  }
}

interface ThreadSample {
  id: string;
  /** The system call with its first argument, or "running". */
  call: string;
  ticks: number;
}

function threadsOf(group: number): ThreadSample[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && groupOf(name) === group);
  return pids.flatMap((pid) =>
    entries(`/proc/${pid}/task`).map((tid) => {
      const directory = `/proc/${pid}/task/${tid}`;
      const fields = statFields(directory);
      return {
        id: `${pid}/${tid}`,
        call: text(`${directory}/syscall`).split(" ").slice(0, 2).join(" ").trim(),
        ticks: Number(fields[11] ?? 0) + Number(fields[12] ?? 0),
      };
    }),
  );
}

function groupOf(pid: string): number {
  return Number(statFields(`/proc/${pid}`)[2] ?? 0);
}

/** What stands after the name in parentheses: state, parent, group, ...; proc_pid_stat(5). */
function statFields(directory: string): string[] {
  const line = text(`${directory}/stat`);
  return line.slice(line.lastIndexOf(")") + 2).split(" ");
}

function text(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

function entries(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
