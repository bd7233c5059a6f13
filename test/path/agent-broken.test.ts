// Agents that answer wrongly, late or without end: each is named in words within the time, and none brings ispyd down.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { findInterpreters } from "../rig/interpreters.ts";
import { ispyd, ispydPath } from "../rig/ispyd.ts";
import { startTarget, stopTargets, type Target } from "../rig/target.ts";

const [python] = await findInterpreters();
const program = readFileSync(join(import.meta.dirname, "../programs/fake_agent.py"), "utf8");
const parents: string[] = [];

afterEach(async () => {
  await stopTargets();
  for (const parent of parents.splice(0)) rmSync(parent, { recursive: true, force: true });
});

async function fakeAgent(how: string, parent = mkdtempSync(join(tmpdir(), "ispyd-fake-"))): Promise<Target> {
  parents.push(parent);
  if (python === undefined) throw new Error("no CPython here");
  const [file, directory] = ["fake_agent.py", mkdtempSync(join(tmpdir(), "ispyd-fake-cwd-"))];
  parents.push(directory);
  return startTarget({ python, files: { [file]: program }, args: [file, how, directory], env: { FAKE_AGENT_PARENT: parent } });
}

test.each([
  ["protocol", "agent-protocol", 4],
  ["mute", "agent-silent", 4],
  ["deaf", "agent-silent", 4],
  ["mute-call", "timed-out", 124],
  ["garbage", "agent-protocol", 4],
  ["endless", "agent-protocol", 4],
  ["deep", "agent-protocol", 4],
  ["hang-up", "agent-protocol", 4],
  ["form", "agent-protocol", 4],
  ["busy", "agent-busy", 4],
  ["broken-plugin", "plugin-failed", 1],
  ["ceiling", "level-refused", 3],
])("an agent that is %s is a failure %s", async (how, code, exitCode) => {
  const { pid } = await fakeAgent(how);
  const run = await ispyd(["cwd", String(pid), "--timeout", "6s", "--json"], { timeoutMs: 20_000 });
  expect(run.exitCode, run.stderr).toBe(exitCode);
  const { error } = JSON.parse(run.stderr) as { error: { code: string; message: string } };
  expect(error.code).toBe(code);
  expect(error.message).toContain(`process ${pid}`);
});

test("an honest one is understood, also where the way to its socket is longer than a socket address holds", async () => {
  const parent = mkdtempSync(join(tmpdir(), "ispyd-fake-")).padEnd(58, "x");
  const { pid } = await fakeAgent("honest", parent);
  const [directory = ""] = readdirSync(parent);
  expect(`/proc/${pid}/root${parent}/${directory}/socket`.length).toBeGreaterThan(107);
  const { stdout, stderr } = await ispyd(["process", "cwd", String(pid)]);
  expect(stdout, stderr).toMatch(/^\/.*ispyd-fake-cwd-\w+\n$/);
});

test("whoever sits in an agent's place with a socket of another process is not asked", async () => {
  const { pid } = await fakeAgent("honest");
  if (python === undefined) throw new Error("no CPython here");
  // A listening socket under the name of another process's agent.
  const impostor = await startTarget({
    python,
    files: { "fake_agent.py": program.replace("(os.getpid(), TICKS))", `(${pid + 1}, TICKS))`) },
    args: ["fake_agent.py", "honest"],
    env: { FAKE_AGENT_PARENT: parents[0] ?? "" },
  });
  const run = await ispyd(["cwd", String(impostor.pid), "--json"]);
  expect(JSON.parse(run.stderr)).toMatchObject({ error: { code: "no-agent" } });
});

test("ispyd killed in the middle of a call ends the connection, and nothing of it stays", async () => {
  const { pid } = await fakeAgent("mute-call");
  const [, cwd = ""] = parents;
  const child = spawn(process.execPath, [ispydPath, "cwd", String(pid)], {
    env: { ...process.env, ISPYD_AUDIT_DIRECTORY: "/tmp/ispyd-test-audit" },
  });
  await sleep(1_500);
  child.kill("SIGKILL");
  for (let wait = 0; wait < 100 && !existsSync(join(cwd, "ended")); wait += 1) await sleep(100);
  expect(readFileSync(join(cwd, "ended"), "utf8")).toBe("ended\n");
});
