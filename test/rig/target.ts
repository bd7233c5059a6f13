// Starts Python programs as targets of tests, waits until they are ready, and leaves nothing behind: not even when the test process is killed.

import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Interpreter } from "./interpreters.ts";
import { killGroup, startWatchdog } from "./process-group.ts";

export interface TargetOptions {
  python: Interpreter | string;
  /** Source text: written to program.py in a directory of its own. Without it `args` say what Python runs. */
  program?: string;
  /** Further files of that directory, by name. */
  files?: Readonly<Record<string, string>>;
  args?: readonly string[];
  /** Instead of the target's own directory. */
  workingDirectory?: string;
  env?: Readonly<Record<string, string>>;
  /** Numeric ids to run as; the tests must be root for that, and the executable readable by that user. */
  user?: { uid: number; gid: number };
  /** A line that says "ready" (the default), a port of 127.0.0.1 that accepts, or "started": as soon as there is a process. */
  ready?: "line" | "started" | { port: number };
  readyTimeoutMs?: number;
}

export interface Target {
  pid: number;
  /** Where the program is; removed when the target stops. */
  directory: string;
  /** What it wrote so far, at most the last MiB. */
  output(): { stdout: string; stderr: string };
  /** The first line of stdout that matches. Throws after the time or when the process ends before. */
  line(pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** Settles when the process has ended; a signal's name where one ended it. */
  ended: Promise<number | string>;
  /** Kills the process group, waits for the end and removes the files. Safe to call twice. */
  stop(): Promise<void>;
}

const outputLengthMax = 1024 * 1024;
const running = new Set<Target>();

/** Throws, with the end of what the program wrote, when it does not get ready. */
export async function startTarget(options: TargetOptions): Promise<Target> {
  const directory = mkdtempSync(join(tmpdir(), "ispyd-target-"));
  chmodSync(directory, 0o755);
  const files = { ...options.files, ...(options.program === undefined ? {} : { "program.py": options.program }) };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  const target = await spawnTarget(options, directory);
  running.add(target);
  try {
    await readiness(target, options);
  } catch (error) {
    const { stderr } = target.output();
    await target.stop();
    throw new Error(`the target did not get ready: ${error instanceof Error ? error.message : String(error)}\n${stderr.slice(-3000)}`);
  }
  return target;
}

/** Stops what is still running, for a test file's afterAll. */
export async function stopTargets(): Promise<void> {
  await Promise.all(Array.from(running, (target) => target.stop()));
}

async function spawnTarget(options: TargetOptions, directory: string): Promise<Target> {
  const { python, user } = options;
  const path = typeof python === "string" ? python : python.path;
  const own = typeof python === "string" ? {} : python.environment;
  const args = [...(options.program === undefined ? [] : [join(directory, "program.py")]), ...(options.args ?? [])];
  const child = spawn(path, args, {
    cwd: options.workingDirectory ?? directory,
    env: { ...process.env, PYTHONUNBUFFERED: "1", ...own, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    ...user,
  });
  const ended = new Promise<number | string>((resolve) => {
    child.on("exit", (exitCode, signal) => resolve(exitCode ?? signal ?? "unknown"));
    child.on("error", (error) => resolve(error.message));
  });
  if (child.pid === undefined) {
    rmSync(directory, { recursive: true, force: true });
    throw new Error(`${path} could not be started: ${await ended}`);
  }
  return targetOf({ child, pid: child.pid, directory, ended });
}

interface Spawned {
  child: ChildProcess;
  pid: number;
  directory: string;
  ended: Promise<number | string>;
}

function targetOf({ child, pid, directory, ended }: Spawned): Target {
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (text: string) => (output[name] = (output[name] + text).slice(-outputLengthMax)));
  }
  const watchdog = startWatchdog(pid, directory);
  const stop = async (): Promise<void> => {
    if (!running.delete(target)) return void (await ended);
    watchdog.kill("SIGKILL");
    killGroup(pid);
    await ended;
    // A second time for what was forked while the first signal was on its way.
    killGroup(pid);
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  };
  const target: Target = {
    pid,
    directory,
    output: () => ({ ...output }),
    line: (pattern, timeoutMs = 10_000) => waitForLine({ output, ended, pattern, timeoutMs }),
    ended,
    stop,
  };
  return target;
}

interface LineWait {
  output: { stdout: string };
  ended: Promise<number | string>;
  pattern: RegExp;
  timeoutMs: number;
}

async function waitForLine({ output, ended, pattern, timeoutMs }: LineWait): Promise<string> {
  const found = (): string | undefined =>
    output.stdout
      .split("\n")
      .slice(0, -1)
      .find((line) => pattern.test(line));
  await waitUntil({ done: () => found() !== undefined, ended, timeoutMs, what: `a line like ${pattern.source}` });
  return found() ?? "";
}

async function readiness(target: Target, { ready = "line", readyTimeoutMs = 20_000 }: TargetOptions): Promise<void> {
  if (ready === "started") return;
  if (ready === "line") return void (await target.line(/^ready\b/, readyTimeoutMs));
  const done = (): Promise<boolean> => accepts(ready.port);
  await waitUntil({ done, ended: target.ended, timeoutMs: readyTimeoutMs, what: `port ${ready.port} accepting` });
}

/** Whether something listens on that port of 127.0.0.1. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    const finish = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", () => finish(true)).on("error", () => finish(false));
  });
}

interface Wait {
  done: () => boolean | Promise<boolean>;
  ended: Promise<number | string>;
  timeoutMs: number;
  what: string;
}

async function waitUntil({ done, ended, timeoutMs, what }: Wait): Promise<void> {
  const deadlineMs = Date.now() + timeoutMs;
  let end: number | string | undefined;
  void ended.then((how) => (end = how));
  for (;;) {
    if (await done()) return;
    if (end !== undefined) throw new Error(`the process ended (${end}) before ${what}`);
    if (Date.now() > deadlineMs) throw new Error(`no ${what} within ${timeoutMs / 1000} s`);
    await sleep(20);
  }
}
