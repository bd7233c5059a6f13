// `ispyd doctor` from the shell's side: this machine, one process, one that can't be looked at, one that is no Python.

import { spawn } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runProgram, type ProgramRun } from "../rig/run-program.ts";
import { startTarget, stopTargets } from "../rig/target.ts";

const waiting = "import time\nprint('ready', flush=True)\ntime.sleep(600)\n";
const systemPython = "/usr/bin/python3";
const isRoot = process.getuid?.() === 0;
let directory = "";
let bundle = "";

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "ispyd-path-"));
  chmodSync(directory, 0o755);
  bundle = join(directory, "ispyd.mjs");
  copyFileSync("dist/ispyd.mjs", bundle);
});

afterAll(async () => {
  await stopTargets();
  rmSync(directory, { recursive: true, force: true });
});

function ispyd(...args: string[]): Promise<ProgramRun> {
  return runProgram(process.execPath, [bundle, ...args], { directory, timeoutMs: 30_000 });
}

function ispydAsNobody(...args: string[]): Promise<ProgramRun> {
  return runProgram("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", process.execPath, bundle, ...args], {
    directory,
    timeoutMs: 30_000,
    env: { HOME: directory },
  });
}

test("without a target it shows this machine and every command", async () => {
  const run = await ispyd("doctor");
  expect(run.problem).toBe("");
  for (const word of ["CAP_SYS_PTRACE", "ptrace_scope", "audit log", "threads", "ps"]) expect(run.stdout).toContain(word);
});

test("a process shows interpreter, libc, switches and what is possible", async () => {
  const target = await startTarget({ python: systemPython, program: waiting, env: { ISPYD_CEILING: "none" } });
  const run = await ispyd("doctor", String(target.pid));
  expect(run.problem).toBe("");
  expect(run.stdout).toMatch(/libc +(?:glibc|musl)/);
  expect(run.stdout).toMatch(/ceiling +none/);
  expect(run.stdout).toMatch(/look +possible/);
  expect(run.stdout).toMatch(/attach +not possible: its owner set ISPYD_CEILING=none/);
  expect(run.stdout).toMatch(/threads +possible/);
});

test.skipIf(!isRoot)("a process of another user makes threads impossible, with cause and remedy", async () => {
  const target = await startTarget({ python: systemPython, program: waiting });
  const run = await ispydAsNobody("doctor", String(target.pid));
  expect(run.stdout).toMatch(
    /threads +not possible: process \d+: it runs as root \(uid 0\), and this is nobody \(uid 65534\) without CAP_SYS_PTRACE/,
  );
  expect(run.stdout).toMatch(/→ .*(?:sudo ispyd|docker exec -u 0|kubectl debug)/);
  expect(run.exitCode).toBe(0);
});

test("what is no Python is named, with code 4", async () => {
  const child = spawn("sleep", ["600"]);
  const run = await ispyd("doctor", String(child.pid));
  child.kill("SIGKILL");
  expect(run.exitCode).toBe(4);
  expect(run.stderr).toContain("(sleep), which holds no Python interpreter");
});
