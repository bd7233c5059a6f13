// The vectors that every engine must pass, run here and by the agent's engine.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Redaction } from "../../../src/redaction/counts.ts";
import { createRedactor } from "../../../src/redaction/redactor.ts";

interface Vector {
  kind: "text" | "name" | "type" | "named" | "arguments" | "cut";
  input: string | string[];
  expected: string | string[] | null;
  name?: string;
  limit?: number;
  counts?: Record<string, number>;
  secrets?: string[];
}

const vectorsPath = fileURLToPath(new URL("../../vectors/redaction.json", import.meta.url));
const runnerPath = fileURLToPath(new URL("../../vectors/run_redaction.py", import.meta.url));
const document: { joint: string; vectors: Vector[] } = JSON.parse(readFileSync(vectorsPath, "utf8"));
const whole = (text: string): string => text.replaceAll(document.joint, "");

/** Fingerprints differ in each run: they go from the marks that were made, not from those that were there. */
function withoutFingerprints(text: string, input: string): string {
  return text === input ? text : text.replace(/(<hidden: [^<>#]+) #[0-9a-f]{8}>/g, "$1>");
}

interface Answer {
  found: string | string[] | null;
  counts?: Record<string, number>;
}

function answerTo(vector: Vector): Answer {
  const redactor = createRedactor();
  const counted = (redactions: readonly Redaction[]): Record<string, number> =>
    Object.fromEntries(redactions.map(({ rule, count }) => [rule, count]));
  if (Array.isArray(vector.input)) {
    const argv = vector.input.map(whole);
    const result = redactor.redactArguments(argv);
    return {
      found: result.arguments.map((text, index) => withoutFingerprints(text, argv[index] ?? "")),
      counts: counted(result.redactions),
    };
  }
  const input = whole(vector.input);
  if (vector.kind === "name") return { found: redactor.hidesName(input) ?? null };
  if (vector.kind === "type") return { found: redactor.hidesType(input) ?? null };
  const result =
    vector.kind === "named"
      ? redactor.redactNamed(vector.name ?? "", input)
      : vector.kind === "cut"
        ? redactor.redactAndCut(input, vector.limit ?? 0)
        : redactor.redactText(input);
  return { found: withoutFingerprints(result.text, input), counts: counted(result.redactions) };
}

test("there are enough vectors, of every kind, with and without secrets", () => {
  expect(document.vectors.length).toBeGreaterThan(300);
  expect(new Set(document.vectors.map(({ kind }) => kind)).size).toBe(6);
  expect(document.vectors.filter(({ secrets }) => secrets !== undefined).length).toBeGreaterThan(120);
  expect(document.vectors.filter(({ kind, input, expected }) => kind === "text" && input === expected).length).toBeGreaterThan(80);
});

test.each(
  document.vectors.map((vector, index) => ({ title: `${vector.kind} ${index}: ${JSON.stringify(vector.input).slice(0, 80)}`, vector })),
)("$title", ({ vector }) => {
  const { found, counts } = answerTo(vector);
  const expected = Array.isArray(vector.expected) ? vector.expected.map(whole) : vector.expected === null ? null : whole(vector.expected);
  expect(found).toEqual(expected);
  expect(counts).toEqual(vector.counts);
  for (const secret of vector.secrets ?? []) expect(JSON.stringify(found)).not.toContain(JSON.stringify(whole(secret)).slice(1, -1));
});

test("what was redacted stays as it is when it is redacted again", () => {
  for (const { kind, input } of document.vectors) {
    if (kind !== "text" || Array.isArray(input)) continue;
    const once = createRedactor().redactText(whole(input)).text;
    const twice = createRedactor().redactText(once);
    expect(twice).toEqual({ text: once, redactions: [] });
  }
});

test("the same rules give the same answers in Python", () => {
  const run = spawnSync("python3", ["-B", runnerPath, vectorsPath], { encoding: "utf8", timeout: 60_000 });
  expect(run.error).toBeUndefined();
  expect(run.stdout).toContain(`${document.vectors.length} vectors, 0 differ, Python 3.`);
  expect(run.status).toBe(0);
}, 70_000);
