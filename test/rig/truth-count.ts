// Reads a program that knows its own stacks many times, and counts what came of it: verdicts, and stacks that the program can't have had.

import { setImmediate as yieldOnce } from "node:timers/promises";
import { Failure } from "../../src/base/failure.ts";
import { createCodeCache } from "../../src/outside/code.ts";
import { openInterpreter } from "../../src/outside/interpreter.ts";
import { readStopped } from "../../src/outside/pause.ts";
import { readStat } from "../../src/outside/proc/stat.ts";
import { type RawSnapshot, readStacks } from "../../src/outside/snapshot.ts";
import { type Watchdog, stopLimitMs } from "../../src/outside/watchdog.ts";
import type { TruthTarget } from "./truth.ts";

export interface TruthCounts {
  kept: number;
  retried: number;
  rejected: number;
  impossible: number;
  /** Reads that did not come about: the process did not stop in time, or not for as long as the read took. */
  missed: number;
  /** The first few impossible stacks, innermost function first. */
  examples: string[];
  /** How often each function was the innermost one of a stack that was shown. */
  innermost: Map<string, number>;
}

// As many looks as the commands take.
const attempts = 40;
const longestGapMs = 0.05;

/** With a watchdog the process is stopped for each read. */
export async function countStacks(target: TruthTarget, reads: number, watchdog?: Watchdog): Promise<TruthCounts> {
  const interpreter = openInterpreter(target.pid);
  const stat = readStat(target.pid);
  if (interpreter instanceof Failure || typeof stat !== "object") throw new Error(`process ${target.pid} can't be read`);
  const codes = createCodeCache();
  const read = (stopped: boolean): RawSnapshot => readStacks(interpreter, { stopped, attempts, frameLimit: 1_000, codes });
  const counts: TruthCounts = { kept: 0, retried: 0, rejected: 0, impossible: 0, missed: 0, examples: [], innermost: new Map() };
  try {
    read(false);
    for (let count = 0; count < reads; count += 1) {
      const raw = watchdog === undefined ? read(false) : readPaused({ pid: target.pid, startTicks: stat.startTicks }, watchdog, read);
      if (raw === undefined) counts.missed += 1;
      else countSnapshot(counts, target, raw);
      await gap(count);
    }
    return counts;
  } finally {
    interpreter.close();
  }
}

function readPaused(
  identity: { pid: number; startTicks: number },
  watchdog: Watchdog,
  read: (stopped: boolean) => RawSnapshot,
): RawSnapshot | undefined {
  const stopped = readStopped(identity, watchdog, () => read(true));
  return stopped instanceof Failure || !stopped.throughout || stopped.stoppedMs > stopLimitMs ? undefined : stopped.value;
}

function countSnapshot(counts: TruthCounts, target: TruthTarget, raw: RawSnapshot): void {
  for (const { stack } of raw.interpreters.flatMap((interpreter) => interpreter.read ?? [])) {
    counts[stack.verdict] += 1;
    if (stack.verdict === "rejected") continue;
    const innermost = stack.frames[0]?.function ?? "";
    counts.innermost.set(innermost, (counts.innermost.get(innermost) ?? 0) + 1);
    if (target.isPossible(stack.frames)) continue;
    counts.impossible += 1;
    if (counts.examples.length < 3) counts.examples.push(stack.frames.map((frame) => `${frame.function}:${frame.line}`).join(" < "));
  }
}

// Regular reads would fall into step with a program that goes in a circle.
async function gap(count: number): Promise<void> {
  const endMs = performance.now() + Math.random() * longestGapMs;
  while (performance.now() < endMs);
  if (count % 100 === 0) await yieldOnce();
}

/** Half the sum of differences of two distributions, 0 (the same) to 1 (nothing in common): how far what was shown is from what was. */
export function distance(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  const total = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((sum, count) => sum + count, 0);
  const [totalA, totalB] = [total(a), total(b)];
  const names = new Set([...a.keys(), ...b.keys()]);
  return [...names].reduce((sum, name) => sum + Math.abs((a.get(name) ?? 0) / totalA - (b.get(name) ?? 0) / totalB), 0) / 2;
}

/** The most events that are no proof of a rate above `rate`: more would come about by chance in less than 1 of 10,000 runs (Poisson). */
export function mostByChance(trials: number, rate: number): number {
  const expected = trials * rate;
  let term = Math.exp(-expected);
  let below = term;
  let count = 0;
  while (1 - below > 0.0001) {
    count += 1;
    term *= expected / count;
    below += term;
  }
  return count;
}
