// The reader on broken memory: recorded from a live process of each version, changed at random places, read offline from the first step to the last.

import { kill } from "node:process";
import { afterAll, describe, expect, it } from "vitest";
import { Failure } from "../../src/base/failure.ts";
import { createCodeCache } from "../../src/outside/code.ts";
import { findInterpreter, type Interpreter } from "../../src/outside/interpreter.ts";
import { openMemory } from "../../src/outside/memory.ts";
import { type Mapping, readMaps } from "../../src/outside/proc/maps.ts";
import { completeSnapshot, readStacks } from "../../src/outside/snapshot.ts";
import { readTasks } from "../../src/outside/tasks.ts";
import { findInterpreters, type Interpreter as Python, missingInterpreters } from "../rig/interpreters.ts";
import { mutate, seeded } from "../rig/mutations.ts";
import { BoundExceeded, PlaybackMemory, RecordingMemory, type Touched } from "../rig/recorded-memory.ts";
import { scaled } from "../rig/scale.ts";
import { startTarget, stopTargets } from "../rig/target.ts";
import { programText } from "../rig/truth.ts";

const mutations = scaled(40_000);
// All budgets of one reading together (snapshot.ts, tasks.ts), and what finding the interpreter takes.
const bounds = { reads: 1_600_000, readBytes: 16 * 1024 * 1024 };
// Of processor time, for everything that is read of one process; hundreds of times what it takes when nothing is broken.
const mostMs = 10_000;

interface Recording {
  readonly pid: number;
  readonly maps: readonly Mapping[];
  readonly pages: ReadonlyMap<number, Buffer>;
  readonly touched: readonly Touched[];
  readonly interpreter: Interpreter;
}

afterAll(async () => {
  await stopTargets();
  console.log(`Not fuzzed, since not found here: ${(await missingInterpreters()).join(", ") || "nothing"}.`);
});

describe.each(await findInterpreters())("memory of Python $version", (python) => {
  it(
    "can be broken anywhere: the reader never throws, never runs on, never asks for more than its bound",
    { timeout: mutations * 200 + 60_000 },
    async () => {
      const recording = await record(python);
      const whole = new PlaybackMemory(recording.pages, bounds, false);
      // What was recorded is enough to see everything, so a change meets every part of the reader.
      expect(readAll(recording, whole, true)).toEqual({ threads: 5, tasks: expect.any(Number), rejected: 0 });
      const totals = { mutations: 0, refused: 0, threads: 0, tasks: 0, reads: 0, slowestMs: 0, mostReads: 0, largestRead: 0 };
      for (let seed = 1; seed <= mutations; seed += 1) {
        const random = seeded(seed);
        const memory = new PlaybackMemory(recording.pages, bounds, random() < 0.3);
        mutate(memory, recording.touched, random);
        const found = attempt(recording, memory, random() < 0.25, seed);
        totals.mutations += 1;
        totals.refused += found.refused ? 1 : 0;
        totals.threads += found.threads;
        totals.tasks += found.tasks;
        totals.reads += memory.reads;
        totals.slowestMs = Math.max(totals.slowestMs, Math.round(found.tookMs));
        totals.mostReads = Math.max(totals.mostReads, memory.reads);
        totals.largestRead = Math.max(totals.largestRead, memory.largestRead);
      }
      console.log(`${python.full}: ${JSON.stringify(totals)}`);
      expect(totals.slowestMs).toBeLessThan(mostMs);
      expect(totals.largestRead).toBeLessThanOrEqual(bounds.readBytes);
      // A reader that gave up at the first doubt would pass everything above.
      expect(totals.threads).toBeGreaterThan(mutations);
    },
  );
});

async function record(python: Python): Promise<Recording> {
  const target = await startTarget({ python, program: programText("parked") });
  kill(target.pid, "SIGSTOP");
  const maps = readMaps(target.pid);
  const live = openMemory(target.pid);
  if (typeof maps !== "object" || "errno" in live) throw new Error("the target's memory can't be read");
  const memory = new RecordingMemory(live);
  const interpreter = findInterpreter(target.pid, memory, maps);
  if (interpreter instanceof Failure) throw interpreter;
  const recording = { pid: target.pid, maps, pages: memory.pages, touched: memory.touched, interpreter };
  for (const stopped of [true, false]) readWith(interpreter, stopped);
  return recording;
}

interface Found {
  readonly threads: number;
  readonly tasks: number;
  readonly rejected: number;
}

function readWith(interpreter: Interpreter, stopped: boolean): Found {
  const codes = createCodeCache();
  const raw = readStacks(interpreter, { stopped, attempts: 40, frameLimit: 1_000, codes });
  const { threads } = completeSnapshot(interpreter, raw);
  const loops = readTasks(interpreter, { stopped, attempts: 20, taskLimit: 1_000, codes });
  return {
    threads: threads.length,
    tasks: loops.reduce((sum, { tasks }) => sum + tasks.length, 0),
    rejected: threads.filter(({ verdict }) => verdict === "rejected").length,
  };
}

function readAll(recording: Recording, memory: PlaybackMemory, identify: boolean, stopped = true): Found | undefined {
  if (!identify) return readWith({ ...recording.interpreter, memory, heap: { ...recording.interpreter.heap, memory } }, stopped);
  const interpreter = findInterpreter(recording.pid, memory, recording.maps);
  return interpreter instanceof Failure ? undefined : readWith(interpreter, stopped);
}

function attempt(
  recording: Recording,
  memory: PlaybackMemory,
  identify: boolean,
  seed: number,
): Found & { refused: boolean; tookMs: number } {
  const started = process.cpuUsage();
  try {
    const found = readAll(recording, memory, identify, seed % 2 === 0);
    const used = process.cpuUsage(started);
    return { ...(found ?? { threads: 0, tasks: 0, rejected: 0 }), refused: found === undefined, tookMs: (used.user + used.system) / 1_000 };
  } catch (error) {
    const what = error instanceof BoundExceeded ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Error(`mutation ${seed} of ${recording.interpreter.version}: ${what}`, { cause: error });
  }
}
