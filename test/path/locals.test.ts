// `locals` against what each variable is as the process itself tells it, on every interpreter of this machine; and that nothing of the process ran.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { findInterpreters, missingInterpreters } from "../rig/interpreters.ts";
import { ispyd } from "../rig/ispyd.ts";
import { stopTargets, type Target } from "../rig/target.ts";
import { startTruth } from "./truth.ts";

interface Value {
  kind: string;
  type: string;
  text?: string;
  items?: Value[];
  entries?: { key: Value; value: Value }[];
  fields?: { name: string; value: Value }[];
  cut?: true;
  size?: number;
  fieldCount?: number;
  hidden?: string;
  changed?: true;
  address?: string;
}

interface Variable {
  name: string;
  kind: string;
  value: Value;
}

interface LocalsTarget {
  paused: boolean;
  thread: { tid: number; name: string; main: boolean };
  frame: { function: string; file: string; line: number; number: number; countedFrames: number; stayed: boolean };
  variables: Variable[];
  variableCount: number;
}

type Truth = Record<string, { tid: number; frames: { line: number; variables: Record<string, { kind: string; value: Value }> }[] }>;

const interpreters = await findInterpreters();
const everything = ["--depth", "8", "--items", "1000", "--fields", "200", "--characters", "16384", "--size", "256"];

afterEach(stopTargets);

async function askLocals({ pid }: Target, ...options: string[]): Promise<LocalsTarget> {
  const { stdout, exitCode, stderr } = await ispyd(["locals", String(pid), "--json", "--reason", "test", ...options]);
  expect([0, 5], stderr).toContain(exitCode);
  const [found] = (JSON.parse(stdout) as { targets: LocalsTarget[] }).targets;
  if (found === undefined) throw new Error("no target in the answer");
  return found;
}

// Addresses are compared where the truth tells them; order counts for sequences and dicts, not for attributes and sets.
function comparable({ address: _address, fields, items, entries, ...rest }: Value): unknown {
  const inner = items?.map(comparable);
  return {
    ...rest,
    ...(inner === undefined ? {} : { items: rest.kind === "set" ? inner.map((item) => JSON.stringify(sorted(item))).toSorted() : inner }),
    ...(entries === undefined ? {} : { entries: entries.map(({ key, value }) => [comparable(key), comparable(value)]) }),
    ...(fields === undefined ? {} : { fields: Object.fromEntries(fields.map(({ name, value }) => [name, comparable(value)])) }),
  };
}

function differences(found: LocalsTarget, truth: Record<string, { kind: string; value: Value }>): string[] {
  const known = new Map(found.variables.map((variable) => [variable.name, variable]));
  const wrong = Object.entries(truth).flatMap(([name, expected]) => {
    const variable = known.get(name);
    const [one, other] = [variable === undefined ? "missing" : told(variable), told(expected)];
    return one === other ? [] : [`${name}: ${one.slice(0, 1_500)}\n  in truth ${other.slice(0, 1_500)}`];
  });
  return [...wrong, ...found.variables.filter(({ name }) => !(name in truth)).map(({ name }) => `${name} is not there in truth`)];
}

function told({ kind, value }: { kind: string; value: Value }): string {
  return JSON.stringify({ kind, value: sorted(comparable(value)) });
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

describe.each(interpreters)("Python $full ($build)", (python) => {
  test("every variable of every frame is what the process itself says, and nothing of it ran", { timeout: 120_000 }, async () => {
    const { target, truth } = await startTruth<Truth>(python, "locals_truth.py");
    const wrong: string[] = [];
    for (const [label, { tid, frames }] of Object.entries(truth)) {
      for (const [index, frame] of frames.entries()) {
        // Frame 0 is the function that stands still.
        const found = await askLocals(target, "--thread", String(tid), "--frame", String(index + 1), ...everything);
        expect(found.frame).toMatchObject({ line: frame.line, stayed: true });
        wrong.push(...differences(found, frame.variables).map((text) => `${label} ${index}: ${text}`));
      }
    }
    expect(wrong).toEqual([]);
    writeFileSync(join(target.directory, "ask"), "");
    expect(await answerOf(target)).toEqual([]);
  });
});

async function answerOf(target: Target): Promise<unknown> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (readdirSync(target.directory).includes("ran.json")) return JSON.parse(readFileSync(join(target.directory, "ran.json"), "utf8"));
    await sleep(25);
  }
  throw new Error("the program did not answer");
}

test("interpreters that are wanted and not here", async (context) => {
  const missing = await missingInterpreters();
  context.skip(missing.length > 0, `not found, and not tried: Python ${missing.join(", ")}`);
});
