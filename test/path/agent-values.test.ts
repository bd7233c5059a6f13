// The agent's serialiser and redaction engine inside each interpreter of this machine: nothing of the application runs, values are what
// they are in truth, no planted secret is in them, and nothing of an object stays.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createRedactor } from "../../src/redaction/redactor.ts";
import { environmentFor } from "../rig/environments.ts";
import { findInterpreters, missingInterpreters } from "../rig/interpreters.ts";
import { runProgram } from "../rig/run-program.ts";

interface Hostile {
  fired: number;
  wrong: string[];
  answers: number;
  mutated: number;
}

interface Values {
  wrong: string[];
  compared: number;
  planted: number;
  marks: [string, { rule: string; count: number }[]][];
}

interface Frameworks {
  told: Record<string, string>;
  wrong: string[];
}

const root = join(import.meta.dirname, "../..");
const vectorsPath = join(root, "test/vectors/redaction.json");
const interpreters = await findInterpreters();

async function answerOf<Answer>(python: string, program: string, ...args: string[]): Promise<Answer> {
  const { stdout, stderr, problem } = await runProgram(python, ["-B", join(root, "test/programs", program), ...args], {
    env: { PYTHONPATH: join(root, "agent") },
    timeoutMs: 100_000,
  });
  expect(problem, stderr).toBe("");
  return JSON.parse(stdout) as Answer;
}

/** What this side's engine makes of the texts of the vectors, under the key that the program uses. */
function marksHere(): Values["marks"] {
  const { joint, vectors } = JSON.parse(readFileSync(vectorsPath, "utf8")) as {
    joint: string;
    vectors: { kind: string; input: string | string[] }[];
  };
  return vectors.flatMap(({ kind, input }) => {
    if (kind !== "text" || Array.isArray(input)) return [];
    const redactor = createRedactor({ key: Buffer.from("key of the test") });
    return [[redactor.redactText(input.replaceAll(joint, "")).text, redactor.totals()]];
  });
}

describe.each(interpreters)("Python $full ($build)", ({ path }) => {
  test("no code of a hostile object runs, and every answer stays within its limits", async () => {
    const { fired, wrong, answers, mutated } = await answerOf<Hostile>(path, "agent_hostile.py");
    expect(wrong).toEqual([]);
    expect(fired).toBe(0);
    expect(answers).toBeGreaterThan(2_000);
    expect(mutated).toBeGreaterThan(5);
  });

  test("values are what `locals` shows, no planted secret is in them, and nothing of an object stays", async () => {
    const { wrong, compared, planted, marks } = await answerOf<Values>(path, "agent_values.py", vectorsPath);
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(140);
    expect(planted).toBeGreaterThan(200);
    expect(marks).toEqual(marksHere());
  });

  test("the vectors of redaction come out the same", async () => {
    const { stdout, problem } = await runProgram(path, ["-B", join(root, "test/vectors/run_redaction.py"), vectorsPath]);
    expect(problem, stdout).toBe("");
    expect(stdout).toMatch(/^\d{3,} vectors, 0 differ/);
  });
});

describe.each(interpreters.filter(({ version }) => ["3.8", "3.11", "3.14"].includes(version)))("frameworks on Python $full", (python) => {
  test("no lazy object of Django, SQLAlchemy or werkzeug is evaluated", async () => {
    const { python: path, packages } = await environmentFor(python, "orm");
    const frameworks = ["django", "sqlalchemy", "werkzeug"];
    expect(frameworks.filter((name) => packages[name] === undefined)).toEqual([]);
    const { told, wrong } = await answerOf<Frameworks>(path, "agent_frameworks.py", ...frameworks);
    expect(wrong).toEqual([]);
    expect(Object.keys(told).length).toBeGreaterThan(25);
  });
});

test("interpreters that are wanted and not here", async (context) => {
  const missing = await missingInterpreters();
  context.skip(missing.length > 0, `not found, and not tried: Python ${missing.join(", ")}`);
});
