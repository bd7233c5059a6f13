// `ispyd audit list` through the real command: what was asked is there, with its outcome, and refusals too.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ispyd } from "../rig/ispyd.ts";

let auditDirectory = "";

beforeAll(() => {
  auditDirectory = join(mkdtempSync(join(tmpdir(), "ispyd-audit-")), "log");
});

afterAll(() => rmSync(join(auditDirectory, ".."), { recursive: true, force: true }));

interface Listed {
  records: { record: { kind: string; command?: string; outcome?: string; code?: string; target?: string; rule?: string } }[];
}

async function listed(...words: string[]): Promise<Listed["records"]> {
  const { stdout } = await ispyd(["audit", "list", "--json", ...words], { auditDirectory });
  return (JSON.parse(stdout) as Listed).records;
}

test("a request that failed is listed with its target and code", async () => {
  await ispyd(["threads", "999999999"], { auditDirectory });
  const records = (await listed("--command", "threads")).map(({ record }) => record);
  expect(records.map(({ kind }) => kind)).toContain("began");
  const began = (await listed()).find(({ record }) => record.kind === "began" && record.command === "threads");
  expect(began?.record.target).toBe("999999999");
  const ended = (await listed()).find(({ record }) => record.kind === "ended" && record.code !== undefined);
  expect(ended?.record).toMatchObject({ outcome: "failed", code: "target-not-found" });
});

test("a refusal is listed with the rule that refused", async () => {
  const { exitCode } = await ispyd(["threads", "1", "--timeout", "99h"], { auditDirectory });
  expect(exitCode).toBe(3);
  const refused = (await listed()).find(({ record }) => record.kind === "refused");
  expect(refused?.record.rule).toBe("built-in: cap on time");
});

test("where the log can't be written, look runs and says that it is not logged", async () => {
  const { exitCode, stderr } = await ispyd(["ps"], { auditDirectory: "/proc/self/no-such-place" });
  expect(exitCode).toBe(0);
  expect(stderr).toContain("is not in the audit log");
});
