// `ispyd audit export` through the real command: every record as JSON Lines, and as CSV that no spreadsheet takes for formulas.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ispyd } from "../rig/ispyd.ts";

let auditDirectory = "";

beforeAll(async () => {
  auditDirectory = join(mkdtempSync(join(tmpdir(), "ispyd-audit-")), "log");
  await ispyd(["threads", "=cmd|' /C calc'!A0"], { auditDirectory });
});

afterAll(() => rmSync(join(auditDirectory, ".."), { recursive: true, force: true }));

test("each line of the JSON Lines is a record of a chain", async () => {
  const { stdout, exitCode } = await ispyd(["audit", "export"], { auditDirectory });
  expect(exitCode).toBe(0);
  const kinds = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.stringify(JSON.parse(line)));
  expect(kinds.length).toBeGreaterThanOrEqual(2);
  expect(kinds[0]).toContain('"began"');
});

test("a target that begins with an equals sign is no formula in the CSV", async () => {
  const { stdout } = await ispyd(["audit", "export", "--format", "csv"], { auditDirectory });
  expect(stdout).toContain("'=cmd|");
  expect(stdout).not.toMatch(/[",]=cmd/);
});
