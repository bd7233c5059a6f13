// `ispyd ps` on real processes, from the shell's side: text, JSON, other users, other namespaces, bad targets.

import { spawn } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findInterpreters, type Interpreter } from "../rig/interpreters.ts";
import { runProgram, type ProgramRun } from "../rig/run-program.ts";
import { startTarget, stopTargets, type Target } from "../rig/target.ts";

const waiting = "import time\nprint('ready', flush=True)\ntime.sleep(600)\n";
const systemPython = "/usr/bin/python3";
const nobody = { uid: 65_534, gid: 65_534 };
const isRoot = process.getuid?.() === 0;
let directory = "";
let bundle = "";
let python: Interpreter;

beforeAll(async () => {
  // Where another user can read it.
  directory = mkdtempSync(join(tmpdir(), "ispyd-path-"));
  chmodSync(directory, 0o755);
  bundle = join(directory, "ispyd.mjs");
  copyFileSync("dist/ispyd.mjs", bundle);
  const found = (await findInterpreters()).at(-1);
  if (found === undefined) throw new Error("no CPython is here");
  python = found;
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

interface Listed {
  pid: number;
  service: string;
  worker: number;
  role: string;
  python: string;
  user: string;
  cpuPercent: number;
  residentBytes: number;
  threads: number;
  where: { namespaces: string[] };
  access: { look: { possible: boolean; reason?: string; remedy?: string }; attach: { possible: boolean; reason?: string } };
}

function listedIn({ stdout }: ProgramRun): Listed[] {
  const answer = JSON.parse(stdout) as { processes?: Listed[]; result?: { processes: Listed[] } };
  return answer.processes ?? answer.result?.processes ?? [];
}

function start(name: string, text = waiting, more: { python?: string; user?: { uid: number; gid: number } } = {}): Promise<Target> {
  return startTarget({ python, files: { [name]: text }, args: [name], ...more });
}

test("a process is listed with version, user, memory and access, as text and as JSON", async () => {
  const target = await start("ps_plain.py");
  const text = await ispyd("ps");
  expect(text.problem).toBe("");
  expect(text.stdout.split("\n")[0]).toMatch(/^SERVICE +PID +WHAT +PYTHON +AGE +USER +CPU +RSS +THREADS +PORTS +WHERE +ACCESS/);
  expect(text.stdout).toMatch(new RegExp(`^ps_plain +${target.pid} +Python script +3\\.`, "m"));
  const listed = listedIn(await ispyd("ps", "--json")).find(({ pid }) => pid === target.pid);
  expect(listed).toMatchObject({
    service: "ps_plain",
    worker: 0,
    role: "Python script",
    python: python.freeThreaded ? `${python.full}t` : python.full,
    threads: 1,
    access: { look: { possible: true }, attach: { possible: true } },
  });
  expect(listed?.residentBytes).toBeGreaterThan(1_000_000);
});

test("a process that computes shows its processor time", async () => {
  const target = await start("ps_busy.py", "print('ready', flush=True)\nwhile True: pass\n");
  // On a crowded machine it may get no turn at all in one window of 0.1 s.
  const share = async (): Promise<number> => listedIn(await ispyd("ps", String(target.pid), "--json"))[0]?.cpuPercent ?? 0;
  await expect.poll(share, { timeout: 20_000 }).toBeGreaterThan(5);
  await target.stop();
}, 30_000);

test("a target that is not there ends with code 4 and the candidates", async () => {
  await start("ps_there.py");
  const run = await ispyd("ps", "ps_ther3");
  expect(run.exitCode).toBe(4);
  expect(run.stderr).toContain("ps_there");
});

test.skipIf(!isRoot)("without the capability another user's process is listed, with the reason and the remedy", async () => {
  const own = await start("ps_own.py", waiting, { python: systemPython, user: nobody });
  const other = await start("ps_other.py", waiting, { python: systemPython });
  const run = await ispydAsNobody("ps", "--json");
  const listed = listedIn(run);
  expect(listed.find(({ pid }) => pid === own.pid)?.access.look).toEqual({ possible: true });
  expect(listed.find(({ pid }) => pid === other.pid)).toMatchObject({
    service: "ps_other",
    access: { look: { possible: false, reason: "other user" } },
  });
  // The remedy depends on where the tests run: a host, a container, a pod.
  expect(listed.find(({ pid }) => pid === other.pid)?.access.look.remedy).toMatch(/sudo ispyd|docker exec -u 0|kubectl debug/);
  const text = await ispydAsNobody("ps");
  expect(text.stdout + text.stderr).toContain(`${other.pid}`);
  expect(text.stdout).toMatch(new RegExp(`ps_other +${other.pid} .*no: other user`));
});

test.skipIf(!isRoot)("a process that made itself non-dumpable is listed, with the reason, to its own user", async () => {
  const program = `import ctypes\nctypes.CDLL(None).prctl(4, 0)\n${waiting}`;
  const target = await start("ps_hidden.py", program, { python: systemPython, user: nobody });
  const listed = listedIn(await ispydAsNobody("ps", "--json")).find(({ pid }) => pid === target.pid);
  expect(listed?.access.look).toMatchObject({ possible: false, reason: "not dumpable" });
  expect(listedIn(await ispyd("ps", "--json")).find(({ pid }) => pid === target.pid)?.access.look.possible).toBe(true);
});

test.skipIf(!isRoot)("a process with mount, pid, network and user namespaces of its own is listed with them", async () => {
  const child = spawn("unshare", ["-Urmpnf", "--mount-proc", systemPython, "-c", waiting], {
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  const inner = childOf(child.pid ?? 0);
  const listed = listedIn(await ispyd("ps", "--json")).find(({ pid }) => pid === inner);
  process.kill(-(child.pid ?? 0), "SIGKILL");
  process.kill(inner, "SIGKILL");
  expect(listed).toMatchObject({ role: "Python code", access: { look: { possible: true } } });
  expect(listed?.where.namespaces).toEqual(["mnt", "pid", "net", "user"]);
});

function childOf(parent: number): number {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return Number(pids.find((pid) => readStatusOf(pid).includes(`PPid:\t${parent}\n`)));
}

function readStatusOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}

test("names full of terminal escapes reach no terminal", async () => {
  const evil = "import ctypes\nctypes.CDLL(None).prctl(15, b'\\x1b[2Jx\\x07', 0, 0, 0)\n" + waiting;
  const name = "ps_\u001b[31m\u202eevil.py";
  const target = await start(name, evil);
  const run = await ispyd("ps");
  await target.stop();
  expect(run.stdout).toContain(String(target.pid));
  // eslint-disable-next-line no-control-regex
  expect(run.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
});
