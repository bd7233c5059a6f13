// `tasks` against asyncio itself: every task with its chain of awaits, its place and what it waits for, at a standstill, on every interpreter of this machine.

import { afterEach, describe, expect, test } from "vitest";
import { environmentFor } from "../rig/environments.ts";
import { allInterpreters, missingInterpreters } from "../rig/interpreters.ts";
import { ispyd } from "../rig/ispyd.ts";
import { stopTargets } from "../rig/target.ts";
import { type Frame, frameDifference, startTruth } from "./truth.ts";

interface TrueTask {
  /** Null for one that was never asked for its name. */
  name: string | null;
  loop: string;
  /** Thread of its loop; 0 where no thread runs it. */
  tid: number;
  running: boolean;
  /** Type of `_fut_waiter`, without its module. */
  waiter: string | null;
  /** Names of the tasks that it waits for. */
  awaits: string[];
  frames: Frame[];
}

interface Truth {
  tasks: TrueTask[];
  loops: [string, number][];
}

interface FoundTask {
  id: string;
  name: string;
  running: boolean;
  tid: number;
  waitsFor: string;
  awaits: string[];
  verdict: string;
  frames: Frame[];
}

interface Answer {
  targets: { asyncio: boolean; loops: number; tasks: FoundTask[]; torn: boolean }[];
  verdicts: { kept: number; retried: number; rejected: number };
}

const interpreters = await allInterpreters();

afterEach(stopTargets);

async function askTasks(pid: number, ...options: string[]): Promise<Answer> {
  const { stdout, exitCode, stderr } = await ispyd(["tasks", String(pid), "--json", ...options]);
  expect([0, 5], stderr).toContain(exitCode);
  return JSON.parse(stdout) as Answer;
}

function differences(found: readonly FoundTask[], truth: Truth, columns: boolean): string[] {
  const names = new Map(found.map(({ id, name }) => [id, name]));
  const byName = (name: string | null): FoundTask | undefined =>
    found.find((task) => (name === null ? /^Task-\d+$/.test(task.name) : task.name === name));
  const invented = found.filter(
    ({ name }) => !truth.tasks.some((task) => task.name === name || (task.name === null && /^Task-\d+$/.test(name))),
  );
  return [
    ...truth.tasks.flatMap((task) => taskDifferences(byName(task.name), task, { names, columns })),
    ...invented.map(({ name }) => `task "${name}" does not exist`),
    ...(found.length === truth.tasks.length ? [] : [`${found.length} tasks, in truth ${truth.tasks.length}`]),
  ];
}

function taskDifferences(
  found: FoundTask | undefined,
  truth: TrueTask,
  { names, columns }: { names: ReadonlyMap<string, string>; columns: boolean },
): string[] {
  const label = `${truth.loop}: ${truth.name ?? "the unnamed task"}`;
  if (found === undefined) return [`${label}: the task is not there`];
  const awaits = found.awaits.map((id) => names.get(id) ?? id);
  const facts = { verdict: found.verdict, running: found.running, tid: found.tid, awaits: awaits.sort().join() };
  const expected = { verdict: "kept", running: truth.running, tid: truth.tid, awaits: [...truth.awaits].sort().join() };
  const wrong = Object.entries(expected).filter(([key, value]) => facts[key as keyof typeof facts] !== value);
  const difference = frameDifference(found.frames, truth.frames, columns);
  const waiter = truth.waiter !== null && found.waitsFor.split(".").at(-1) !== truth.waiter;
  return [
    ...wrong.map(
      ([key, value]) => `${label}: ${key} is ${JSON.stringify(facts[key as keyof typeof facts])}, in truth ${JSON.stringify(value)}`,
    ),
    ...(waiter ? [`${label}: it waits for a ${found.waitsFor}, in truth for a ${truth.waiter}`] : []),
    ...(difference === undefined ? [] : [`${label}: ${difference}`]),
  ];
}

describe.each(interpreters)("Python $full ($build)", (python) => {
  const columns = Number(python.version.split(".")[1]?.replace("t", "")) >= 11;

  test("every task is as asyncio has it, read in passing and with a pause", { timeout: 60_000 }, async () => {
    const { target, truth } = await startTruth<Truth>(python, "tasks_truth.py");
    expect(truth.tasks.length).toBeGreaterThan(40);
    for (const options of [[], ["--pause"]]) {
      const answer = await askTasks(target.pid, ...options);
      expect(differences(answer.targets[0]?.tasks ?? [], truth, columns)).toEqual([]);
      expect(answer.targets[0]).toMatchObject({ asyncio: true, torn: false, loops: truth.loops.filter(([, tid]) => tid > 0).length });
    }
    // Two of the tasks wait for each other: the tree ends all the same.
    const text = await ispyd(["tasks", String(target.pid)], { timeoutMs: 10_000 });
    expect(text.stdout).toMatch(/each other/);
  });

  test("every task of uvloop is as asyncio has it", { timeout: 400_000 }, async (context) => {
    const { missing, python: path } = await environmentFor(python, "web");
    const reason = missing.find(({ name }) => name === "uvloop")?.reason;
    context.skip(reason !== undefined, `no uvloop for Python ${python.full}: ${reason ?? ""}`);
    const { target, truth } = await startTruth<Truth>(path, "tasks_truth.py", { args: ["tasks_truth.py", "uvloop"] });
    const answer = await askTasks(target.pid);
    expect(differences(answer.targets[0]?.tasks ?? [], truth, columns)).toEqual([]);
  });
});

test("interpreters that are wanted and not here", async (context) => {
  const missing = await missingInterpreters();
  context.skip(missing.length > 0, `not found, and not tried: Python ${missing.join(", ")}`);
});
