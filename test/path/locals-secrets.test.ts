// Planted secrets: in no output of `locals`, drawn or as JSON, at any limit, and not in the audit log.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findInterpreters } from "../rig/interpreters.ts";
import { ispyd } from "../rig/ispyd.ts";
import { startTarget, stopTargets } from "../rig/target.ts";

interface Variable {
  name: string;
  value: { text?: string; hidden?: string; items?: unknown[] };
}

const program = readFileSync(join(import.meta.dirname, "../programs/locals_secrets.py"), "utf8");
const secrets = ["hunter2", "4111111111111111", "AKIAIOSFODNN7", "eyJzdWIiOiJwbGFudGVkIn0"];
const interpreters = await findInterpreters();
let auditDirectory = "";

beforeEach(() => void (auditDirectory = mkdtempSync(join(tmpdir(), "ispyd-audit-"))));
afterEach(async () => {
  await stopTargets();
  rmSync(auditDirectory, { recursive: true, force: true });
});

function leaksIn(text: string): string[] {
  return secrets.flatMap((secret) => {
    const at = text.indexOf(secret);
    return at < 0 ? [] : [text.slice(Math.max(0, at - 200), at + 40)];
  });
}

test.each(interpreters)("no planted secret leaves a process of Python $full", { timeout: 90_000 }, async (python) => {
  const { pid } = await startTarget({ python, program });
  const largest = ["--depth", "8", "--items", "1000", "--fields", "200", "--characters", "16384", "--size", "256"];
  const askings = ["0", "1", "2"].flatMap((frame) => [
    [frame],
    [frame, ...largest],
    [frame, "--characters", "250"],
    [frame, "--characters", "12"],
    [frame, "--json"],
    [frame, "--json", ...largest],
  ]);
  for (const [frame = "", ...options] of askings) {
    const { stdout, stderr, exitCode } = await ispyd(["locals", String(pid), "--frame", frame, "--reason", "test", ...options], {
      auditDirectory,
    });
    expect([0, 5], stderr).toContain(exitCode);
    expect(stdout.length).toBeGreaterThan(150);
    expect(leaksIn(stdout + stderr), `frame ${frame} ${options.join(" ")}`).toEqual([]);
  }
  const written = readdirSync(auditDirectory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(written.length).toBeGreaterThan(0);
  expect(leaksIn(written.map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1")).join("\n"))).toEqual([]);
});

test("every hidden value says by which rule, and equal secrets have equal fingerprints", async () => {
  const { pid } = await startTarget({ python: interpreters.at(-1)?.path ?? "", program });
  const { stdout } = await ispyd(["locals", String(pid), "--frame", "1", "--json", "--reason", "test"]);
  const { targets, redactions } = JSON.parse(stdout) as {
    targets: { variables: Variable[] }[];
    redactions: { rule: string; count: number }[];
  };
  const values = new Map(targets[0]?.variables.map(({ name, value }) => [name, value]));
  expect(values.get("password")).toMatchObject({
    hidden: "name: password",
    text: expect.stringMatching(/^<hidden: name password #[0-9a-f]{8}>$/) as string,
  });
  expect(values.get("wrapped")).toMatchObject({ hidden: "type: SecretStr" });
  expect(values.get("derived")?.hidden).toMatch(/^type: /);
  expect(values.get("assignment")).toMatchObject({
    text: expect.stringMatching(/^user=ann password=<hidden/) as string,
    hidden: expect.stringContaining("password") as string,
  });
  const fingerprint = /#([0-9a-f]{8})>/;
  expect(fingerprint.exec(values.get("session_key")?.text ?? "")?.[1]).toBe(fingerprint.exec(values.get("password")?.text ?? "")?.[1]);
  expect(redactions.find(({ rule }) => rule === "name: password")?.count).toBeGreaterThan(0);
});
