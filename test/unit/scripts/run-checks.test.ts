// How checks are run and told.

import { expect, test } from "vitest";
import { programCheck, runChecks, type Check } from "../../../scripts/check/run-checks.ts";
import { projectRoot } from "../../../scripts/project.ts";

const check = (name: string, found: string[]): Check => ({ name, run: async () => found });

async function told(checks: readonly Check[]): Promise<{ passed: boolean; lines: string[] }> {
  const lines: string[] = [];
  const passed = await runChecks(checks, projectRoot, (line) => void lines.push(line));
  return { passed, lines };
}

test("one line for each check, and what a failing one found", async () => {
  const { passed, lines } = await told([check("good", []), check("bad", ["src/a.ts: wrong"]), check("last", [])]);
  expect(passed).toBe(false);
  expect(lines).toEqual([
    expect.stringMatching(/^ok +good +\d+\.\d s$/),
    expect.stringMatching(/^FAILED +bad +\d+\.\d s$/),
    "        src/a.ts: wrong",
    expect.stringMatching(/^ok +last/),
    "failed: bad",
  ]);
});

test("a check that throws has failed", async () => {
  const broken: Check = { name: "broken", run: () => Promise.reject(new Error("no such tool")) };
  const { passed, lines } = await told([broken]);
  expect(passed).toBe(false);
  expect(lines[1]).toContain("no such tool");
});

test("a program that ends with another code than 0 fails with its output; one that is missing fails too", async () => {
  const failing = await told([programCheck("types", "tsc", ["--no-such-option"])]);
  expect(failing.passed).toBe(false);
  expect(failing.lines.join("\n")).toContain("--no-such-option");
  expect((await told([programCheck("none", "no-such-program", [])])).passed).toBe(false);
  expect((await told([programCheck("types", "tsc", ["--version"])])).passed).toBe(true);
});
