// `threads` against sys._current_frames(): every frame of every thread of a process at a standstill, on every interpreter of this machine.

import { afterEach, describe, expect, test } from "vitest";
import { allInterpreters, missingInterpreters } from "../rig/interpreters.ts";
import { ispyd } from "../rig/ispyd.ts";
import { startTarget, stopTargets } from "../rig/target.ts";
import { type Frame, frameDifference, startTruth } from "./truth.ts";

interface TrueThread {
  tid: number;
  /** Null for a thread that threading knows nothing of. */
  name: string | null;
  exception: string | null;
  label: string;
  frames: Frame[];
}

interface Truth {
  main: number;
  threads: TrueThread[];
  own: { tid: number; frames: Frame[] };
  /** What threads of another interpreter told of themselves: thread id, label, frames as function, file, line. */
  sub: [number, string, [string, string, number][]][];
}

interface FoundThread {
  tid: number;
  name: string;
  state: string;
  holdsGil: boolean;
  main: boolean;
  interpreter: number;
  verdict: string;
  frames: Frame[];
  truncated: boolean;
  depth: number;
  exception?: string;
}

interface Answer {
  targets: { paused: boolean; collecting: boolean; threads: FoundThread[] }[];
  verdicts: { kept: number; retried: number; rejected: number };
}

const interpreters = await allInterpreters();
const newest = interpreters.at(-1)?.path ?? "no CPython is here";

afterEach(stopTargets);

async function askThreads(pid: number, ...options: string[]): Promise<Answer> {
  const { stdout, exitCode, stderr } = await ispyd(["threads", String(pid), "--json", "--frames", "100000", ...options]);
  // 5 says that a stack could not be read: which one is told below.
  expect([0, 5], stderr).toContain(exitCode);
  return JSON.parse(stdout) as Answer;
}

function differences(found: readonly FoundThread[], truth: Truth, columns: boolean): string[] {
  const [main, sub] = [found.filter(({ interpreter }) => interpreter === 0), found.filter(({ interpreter }) => interpreter > 0)];
  return [
    ...truth.threads.flatMap((thread) =>
      threadDifferences(
        main.find(({ tid }) => tid === thread.tid),
        thread,
        { main: truth.main, columns },
      ),
    ),
    ...ownDifferences(
      main.find(({ tid }) => tid === truth.own.tid),
      truth.own.frames,
    ),
    ...truth.sub.flatMap(([tid, label, frames]) => {
      const told = frames.map(([name, file, line]) => ({ function: name, file, line }));
      const difference = frameDifference(sub.find((one) => one.tid === tid)?.frames ?? [], told, false);
      return difference === undefined ? [] : [`${label} of the other interpreter: ${difference}`];
    }),
    ...invented(main, [...truth.threads.map(({ tid }) => tid), truth.own.tid]),
    ...invented(
      sub,
      truth.sub.map(([tid]) => tid),
    ),
  ];
}

function threadDifferences(found: FoundThread | undefined, truth: TrueThread, options: { main: number; columns: boolean }): string[] {
  if (found === undefined) return [`${truth.label}: the thread is not there`];
  const facts = {
    verdict: found.verdict,
    name: found.name,
    exception: found.exception ?? null,
    main: found.main,
    holdsGil: found.holdsGil,
    depth: found.depth,
    truncated: found.truncated,
  };
  const expected = {
    verdict: "kept",
    name: truth.name ?? "",
    exception: truth.exception,
    main: truth.tid === options.main,
    holdsGil: false,
    depth: truth.frames.length,
    truncated: false,
  };
  const wrong = Object.entries(expected).filter(([key, value]) => facts[key as keyof typeof facts] !== value);
  const difference = frameDifference(found.frames, truth.frames, options.columns);
  return [
    ...wrong.map(
      ([key, value]) => `${truth.label}: ${key} is ${JSON.stringify(facts[key as keyof typeof facts])}, in truth ${JSON.stringify(value)}`,
    ),
    ...(difference === undefined ? [] : [`${truth.label}: ${difference}`]),
  ];
}

// The thread that wrote the truth went on from there to its own standstill: its innermost line is another one.
function ownDifferences(found: FoundThread | undefined, truth: readonly Frame[]): string[] {
  const line = found?.frames[0]?.line ?? 0;
  const difference = frameDifference(
    found?.frames ?? [],
    truth.map((frame, index) => (index === 0 ? { ...frame, line } : frame)),
    false,
  );
  return difference === undefined ? [] : [`the thread that tells: ${difference}`];
}

function invented(found: readonly FoundThread[], true_: readonly number[]): string[] {
  return found
    .filter(({ tid }) => !true_.includes(tid))
    .map(({ tid, name, interpreter }) => `thread ${tid} (${name}) of interpreter ${interpreter} does not exist`);
}

describe.each(interpreters)("Python $full ($build)", (python) => {
  const columns = Number(python.version.split(".")[1]?.replace("t", "")) >= 11;

  test(
    "every frame of every thread is as sys._current_frames() has it, read in passing and with a pause",
    { timeout: 60_000 },
    async () => {
      const { target, truth } = await startTruth<Truth>(python, "threads_truth.py");
      expect(truth.threads.length).toBeGreaterThan(100);
      const inPassing = await askThreads(target.pid);
      expect(differences(inPassing.targets[0]?.threads ?? [], truth, columns)).toEqual([]);
      expect(inPassing.verdicts.rejected).toBe(0);
      const paused = await askThreads(target.pid, "--pause");
      expect(differences(paused.targets[0]?.threads ?? [], truth, columns)).toEqual([]);
    },
  );
});

const collecting = `
import gc, time

class Cycle:
    def __init__(self):
        self.own = self

    def __del__(self):
        print("ready", flush=True)
        time.sleep(600)

gc.disable()
Cycle()
gc.collect()
`;

test.each(interpreters)("a finalizer that a garbage collection runs on Python $full is shown as that", async (python) => {
  const { pid } = await startTarget({ python, program: collecting });
  const [target] = (await askThreads(pid)).targets;
  expect(target?.collecting).toBe(true);
  expect(target?.threads[0]?.frames.map(({ line }) => line)).toEqual([10, 14]);
});

test("a stack deeper than --frames is cut, and says how deep it is", async () => {
  const program =
    "import time\ndef down(depth):\n    return down(depth - 1) if depth else (print('ready', flush=True), time.sleep(600))\ndown(300)\n";
  const { pid } = await startTarget({ python: newest, program });
  const { stdout } = await ispyd(["threads", String(pid), "--json", "--frames", "7"]);
  const [thread] = (JSON.parse(stdout) as Answer).targets[0]?.threads ?? [];
  expect(thread).toMatchObject({ truncated: true, depth: 302 });
  expect(thread?.frames.map(({ line }) => line)).toEqual([3, 3, 3, 3, 3, 3, 3]);
});

test("a process without columns in its line tables (-X no_debug_ranges) has lines alone", { timeout: 60_000 }, async () => {
  const { target, truth } = await startTruth<Truth>(newest, "threads_truth.py", { args: ["-X", "no_debug_ranges", "threads_truth.py"] });
  const [answer] = (await askThreads(target.pid)).targets;
  expect(differences(answer?.threads ?? [], truth, true)).toEqual([]);
  expect(
    answer?.threads.some(({ frames }) => frames.some(({ file, column }) => file.endsWith("threads_truth.py") && column !== undefined)),
  ).toBe(false);
});

test("interpreters that are wanted and not here", async (context) => {
  const missing = await missingInterpreters();
  context.skip(missing.length > 0, `not found, and not tried: Python ${missing.join(", ")}`);
});
