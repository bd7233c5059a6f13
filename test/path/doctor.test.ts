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

test("without a target it shows this machine and every command that looks at a process", async () => {
  const run = await ispyd("doctor");
  expect(run.problem).toBe("");
  for (const word of ["CAP_SYS_PTRACE", "ptrace_scope", "audit log", "threads", "ps"]) expect(run.stdout).toContain(word);
  expect(run.stdout).not.toContain("completion");
});

test("a process shows interpreter, libc, switches and what is possible", async () => {
  const target = await startTarget({ python: systemPython, program: waiting, env: { ISPYD_CEILING: "none" } });
  const run = await ispyd("doctor", String(target.pid));
  expect(run.problem).toBe("");
  expect(run.stdout).toMatch(/libc +(?:glibc|musl)/);
  expect(run.stdout).toMatch(/ceiling +look: its owner set a ceiling that is no level \(ISPYD_CEILING in its environment\)/);
  expect(run.stdout).toMatch(/look +possible/);
  expect(run.stdout).toMatch(/attach +not possible: its owner set ISPYD_CEILING=none/);
  expect(run.stdout).toMatch(/^possible .*\bthreads\b/m);
  expect(run.stdout).toMatch(/^not possible +.*\blocals\b.*: process \d+: its owner set a ceiling/m);
});

interface Answer {
  targets: { ceilingLevel?: string; access: { attach: { possible: boolean } } }[];
  commands: { command: string; possible: boolean; why?: string }[];
}

test("the file ispyd.ceiling counts as the variable does, and one that can't be read as the strictest", async () => {
  const setting = "import os\nos.environ['ISPYD_CEILING'] = 'inspect'\n";
  for (const [place, made, level] of [
    ["file", `open("ispyd.ceiling", "w").write("look")\n`, "look"],
    ["fifo", `import os\nos.mkfifo("ispyd.ceiling")\n`, "look"],
    ["environ", setting, "inspect"],
  ] as const) {
    const apart = `import os, tempfile\nos.chdir(tempfile.mkdtemp(dir=${JSON.stringify(directory)}))\n`;
    const target = await startTarget({ python: systemPython, program: apart + made + waiting });
    const { targets, commands } = JSON.parse((await ispyd("doctor", String(target.pid), "--json")).stdout) as Answer;
    const locals = commands.find(({ command }) => command === "locals");
    expect({ place, level: targets[0]?.ceilingLevel, locals: locals?.possible }).toEqual({ place, level, locals: false });
    expect({ place, attach: targets[0]?.access.attach.possible }).toEqual({ place, attach: level !== "look" });
  }
});

test.skipIf(!isRoot)("a process of another user makes threads impossible, with cause and remedy", async () => {
  const target = await startTarget({ python: systemPython, program: waiting });
  const run = await ispydAsNobody("doctor", String(target.pid));
  expect(run.stdout).toMatch(
    /^not possible +.*\bthreads\b.*: process \d+: it runs as root \(uid 0\), and this is nobody \(uid 65534\) without CAP_SYS_PTRACE/m,
  );
  // What `children` reads is open to every user.
  expect(run.stdout).toMatch(/^possible .*\bchildren\b/m);
  expect((await ispydAsNobody("children", String(target.pid))).exitCode).toBe(0);
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
