// `ispyd audit verify` through the real command: a whole log passes, and an edited byte, a missing line and a lost chain do not.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ispyd } from "../rig/ispyd.ts";

let auditDirectory = "";

beforeEach(async () => {
  auditDirectory = join(mkdtempSync(join(tmpdir(), "ispyd-audit-")), "log");
  for (let count = 0; count < 3; count += 1) await ispyd(["threads", "999999999"], { auditDirectory });
});

afterEach(() => rmSync(join(auditDirectory, ".."), { recursive: true, force: true }));

function chain(): string {
  const name = readdirSync(auditDirectory).find((entry) => entry.endsWith(".jsonl"));
  if (name === undefined) throw new Error("no chain was written");
  return join(auditDirectory, name);
}

async function verify(): Promise<{ exitCode: number | null; stderr: string }> {
  return await ispyd(["audit", "verify"], { auditDirectory });
}

test("a log that nobody touched verifies", async () => {
  expect(await verify()).toMatchObject({ exitCode: 0 });
});

test("an edited byte is found, with the line", async () => {
  writeFileSync(chain(), readFileSync(chain(), "utf8").replace("999999999", "999999998"));
  const { exitCode, stderr } = await verify();
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/line \d+|:\d+/);
});

test("a line taken out of the middle is found", async () => {
  const lines = readFileSync(chain(), "utf8").split("\n");
  writeFileSync(chain(), [...lines.slice(0, 2), ...lines.slice(3)].join("\n"));
  expect((await verify()).exitCode).toBe(1);
});
