// A process that does nothing but make and throw away threads, tasks, frames and code objects, read at full rate: nothing is invented, nothing hangs.

import { existsSync, readFileSync } from "node:fs";
import { setImmediate as yieldOnce } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { Failure } from "../../src/base/failure.ts";
import { createCodeCache } from "../../src/outside/code.ts";
import { type Interpreter, openInterpreter } from "../../src/outside/interpreter.ts";
import { completeSnapshot, readStacks } from "../../src/outside/snapshot.ts";
import { readTasks } from "../../src/outside/tasks.ts";
import type { Frame, Verdict } from "../../src/stacks/model.ts";
import { findInterpreters, missingInterpreters } from "../rig/interpreters.ts";
import { scaled } from "../rig/scale.ts";
import { startTarget, stopTargets } from "../rig/target.ts";
import { programText } from "../rig/truth.ts";

const reads = scaled(100_000);
// Of processor time; an ordinary read takes less than a millisecond.
const mostMs = 1_000;
// In numbers of code objects made since: some 10,000 a second.
const longestLife = 2_000;
const rows: string[] = [];

afterAll(async () => {
  await stopTargets();
  const head = [
    "| Python | of | shown | kept % | retried % | rejected % | lists torn | median us | slowest ms |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
  ];
  console.log([...head, ...rows, `Not tried, since not found here: ${(await missingInterpreters()).join(", ") || "nothing"}.`].join("\n"));
});

describe.each(await findInterpreters())("a torturing process of Python $version", (python) => {
  it("is read without an invented function, a crash or a hang", { timeout: reads * 40 + 60_000 }, async () => {
    const target = await startTarget({ python, program: programText("torture") });
    const interpreter = openInterpreter(target.pid);
    if (interpreter instanceof Failure) throw interpreter;
    const isKnown = createJudge(`${target.directory}/program.py`);
    const stacks = createTally();
    const tasks = createTally();
    const codes = createCodeCache();
    for (let count = 0; count < reads; count += 1) {
      if (count % 4 === 3) readTasksOnce(interpreter, tasks, isKnown, codes);
      else readStacksOnce(interpreter, stacks, isKnown, codes);
      if (count % 100 === 0) await yieldOnce();
    }
    interpreter.close();
    await target.stop();
    rows.push(toRow(python.full, "threads", stacks), toRow(python.full, "tasks", tasks));
    expect([...stacks.invented, ...tasks.invented]).toEqual([]);
    expect(Math.max(...stacks.timesMs, ...tasks.timesMs)).toBeLessThan(mostMs);
    // A reader that rejected everything would pass what stands above.
    expect(stacks.shown).toBeGreaterThan(reads / 10);
    expect(tasks.shown).toBeGreaterThan(reads / 40);
  });
});

interface Tally {
  shown: number;
  torn: number;
  readonly verdicts: Record<Verdict, number>;
  readonly invented: Set<string>;
  readonly timesMs: number[];
}

type Judge = (frame: Frame) => boolean;
type Codes = ReturnType<typeof createCodeCache>;

function createTally(): Tally {
  return { shown: 0, torn: 0, verdicts: { kept: 0, retried: 0, rejected: 0 }, invented: new Set(), timesMs: [] };
}

function readStacksOnce(interpreter: Interpreter, tally: Tally, isKnown: Judge, codes: Codes): void {
  const snapshot = timed(tally, () =>
    completeSnapshot(interpreter, readStacks(interpreter, { stopped: false, attempts: 40, frameLimit: 1_000, codes })),
  );
  tally.torn += snapshot.tornInterpreters.length;
  for (const { verdict, frames } of snapshot.threads) countStack(tally, verdict, frames, isKnown);
}

function readTasksOnce(interpreter: Interpreter, tally: Tally, isKnown: Judge, codes: Codes): void {
  for (const loop of timed(tally, () => readTasks(interpreter, { stopped: false, attempts: 20, taskLimit: 1_000, codes }))) {
    tally.torn += loop.torn ? 1 : 0;
    for (const { verdict, frames } of loop.tasks) countStack(tally, verdict, frames, isKnown);
  }
}

function timed<Value>(tally: Tally, read: () => Value): Value {
  const started = process.cpuUsage();
  const value = read();
  const used = process.cpuUsage(started);
  tally.timesMs.push((used.user + used.system) / 1_000);
  return value;
}

function countStack(tally: Tally, verdict: Verdict, frames: readonly Frame[], isKnown: Judge): void {
  tally.verdicts[verdict] += 1;
  if (verdict !== "rejected") tally.shown += 1;
  for (const frame of frames) if (!isKnown(frame)) tally.invented.add(`${frame.function} (${frame.file}:${frame.line})`);
}

// Functions of made-up files carry the file's number and stand on its 19 lines; others must be defined in the file that they are said to be in.
function createJudge(program: string): Judge {
  const texts = new Map<string, string>();
  const textOf = (file: string): string => {
    if (!texts.has(file)) texts.set(file, existsSync(file) ? readFileSync(file, "utf8") : "");
    return texts.get(file) ?? "";
  };
  let newest = 0;
  return ({ function: qualified, file, line }) => {
    const name = qualified.split(".").at(-1) ?? "";
    const number = /^\/made-up\/code_(\d+)\.py$/.exec(file)?.[1];
    newest = Math.max(newest, Number(number ?? 0));
    if (number !== undefined)
      return (
        // Whatever was thrown away long ago can't be running.
        Number(number) > newest - longestLife &&
        line >= 0 &&
        line <= 19 &&
        [`fn_${number}`, `gen_${number}`, `method_${number}`, `co_${number}`, `Cls_${number}`, "<genexpr>", "<module>"].includes(name)
      );
    if (file.startsWith("<frozen ")) return /^[\w<>]+$/.test(name);
    if (file !== program && !/\/python3\.\d+\//.test(file)) return false;
    const text = textOf(file);
    return (
      text !== "" &&
      line <= text.split("\n").length &&
      (/^<(module|lambda|genexpr|listcomp|dictcomp|setcomp)>$/.test(name) || new RegExp(`\\b(def|class) ${name}\\b`).test(text))
    );
  };
}

function toRow(python: string, of: string, { shown, torn, verdicts, timesMs }: Tally): string {
  const all = verdicts.kept + verdicts.retried + verdicts.rejected;
  const share = (verdict: Verdict): string => ((100 * verdicts[verdict]) / all).toFixed(1);
  const sorted = timesMs.toSorted((a, b) => a - b);
  const median = ((sorted[Math.floor(sorted.length / 2)] ?? 0) * 1_000).toFixed(0);
  return `| ${[python, of, shown, share("kept"), share("retried"), share("rejected"), torn, median, (sorted.at(-1) ?? 0).toFixed(0)].join(" | ")} |`;
}
