// `children` on a process with a child, a child's child, a secret among the arguments, and children that ended unnoticed.

import { afterEach, expect, test } from "vitest";
import { findInterpreters } from "../rig/interpreters.ts";
import { ispyd } from "../rig/ispyd.ts";
import { startTarget, stopTargets } from "../rig/target.ts";

interface Child {
  pid: number;
  parent: number;
  depth: number;
  name: string;
  executable: string;
  arguments: string[];
  zombie: boolean;
  state: string;
  ageMs: number;
  cpuPercent: number;
}

const python = (await findInterpreters()).at(-1) ?? "python3";

afterEach(stopTargets);

const program = `
import subprocess, sys, time
ended = [subprocess.Popen(["true"]) for _ in range(3)]
shell = subprocess.Popen(["sh", "-c", "sleep 600; true", "sh", "--password=sesame"])
busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
time.sleep(0.3)
print("ready", shell.pid, busy.pid, flush=True)
time.sleep(600)
`;

async function children(pid: number, ...options: string[]): Promise<{ children: Child[]; total: number; findings: string[] }> {
  const { stdout, stderr, exitCode } = await ispyd(["children", String(pid), "--json", ...options]);
  expect(exitCode, stderr).toBe(0);
  expect(stdout).not.toContain("sesame");
  const [target] = (JSON.parse(stdout) as { targets: { children: Child[]; total: number; findings: string[] }[] }).targets;
  if (target === undefined) throw new Error("no target in the answer");
  return target;
}

test("the tree shows what each does, and the zombies with who has not collected them", async () => {
  const target = await startTarget({ python, program });
  const [, shellPid, busyPid] = (await target.line(/^ready/)).split(" ").map(Number);
  const answer = await children(target.pid);
  expect(answer.total).toBe(6);
  const shell = answer.children.find(({ pid }) => pid === shellPid);
  expect(shell).toMatchObject({ parent: target.pid, depth: 1, state: "waits for a child process", zombie: false });
  expect(shell?.arguments.slice(0, 2)).toEqual(["sh", "-c"]);
  expect(shell?.arguments.at(-1)).toMatch(/^--password=<hidden: /);
  expect(answer.children.find(({ parent }) => parent === shellPid)).toMatchObject({ depth: 2, name: "sleep", state: "sleeps" });
  expect(answer.children.filter(({ zombie }) => zombie).map(({ name }) => name)).toEqual(["true", "true", "true"]);
  expect(answer.findings).toHaveLength(1);
  expect(answer.findings[0]).toMatch(new RegExp(`3 children have ended and process ${target.pid} has not collected them \\(zombies\\): `));
  await expect
    .poll(async () => (await children(target.pid)).children.find(({ pid }) => pid === busyPid)?.cpuPercent, { timeout: 20_000 })
    .toBeGreaterThan(10);
});

test("the text draws it as a tree, without the secret", async () => {
  const target = await startTarget({ python, program });
  const { stdout } = await ispyd(["children", String(target.pid)]);
  expect(stdout).toMatch(/6 processes below it/);
  expect(stdout).toMatch(/^ {2}\d+ +sleep /m);
  expect(stdout).toContain("ended, not collected (zombie)");
  expect(stdout).not.toContain("sesame");
});

test("a process without children says so, and a limit is told", async () => {
  const alone = await startTarget({ python, program: "import time\nprint('ready', flush=True)\ntime.sleep(600)\n" });
  expect(await children(alone.pid)).toMatchObject({ children: [], total: 0, findings: [] });
  const target = await startTarget({ python, program });
  const limited = await children(target.pid, "--limit", "2");
  expect(limited.children).toHaveLength(2);
  expect(limited.total).toBe(6);
});
