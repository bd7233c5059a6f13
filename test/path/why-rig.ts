// What the tests of `why` share: its programs started, its answer read, and the lines that the programs mark.

import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, type TestContext } from "vitest";
import { cacheDirectory } from "../rig/cache-directory.ts";
import { withDirectoryLock } from "../rig/directory-lock.ts";
import { environmentFor } from "../rig/environments.ts";
import type { Interpreter } from "../rig/interpreters.ts";
import { ispyd } from "../rig/ispyd.ts";
import { runProgram } from "../rig/run-program.ts";
import { settled } from "../rig/settled.ts";
import { startTarget, type Target } from "../rig/target.ts";

export interface Place {
  function: string;
  file: string;
  line: number;
}

interface Finding {
  kind: string;
  stuck: boolean;
  text: string;
  culprit: Place | null;
  requests: string[];
}

export interface Why {
  verdict: string;
  culprit: Place | null;
  workers: {
    pid: number;
    stuck: boolean;
    verdict: Finding;
    also: Finding[];
    evidence: { label: string; requests: string[]; frames: Place[] }[];
  }[];
  next: { command: string }[];
}

const programs = join(import.meta.dirname, "../programs/why");
/** From the line that says "ready" to what is said of it, for programs that never stand still. */
const settlingMs = 400;

export function programText(name: string): string {
  return readFileSync(join(programs, `${name}.py`), "utf8");
}

/** The lines of a program that end in "# culprit", or in "# culprit WORD". */
export function markedLines(name: string, word = ""): number[] {
  const mark = `# culprit${word === "" ? "" : ` ${word}`}`;
  return programText(name)
    .split("\n")
    .flatMap((line, index) => (line.endsWith(mark) ? [index + 1] : []));
}

/** Starts a program of test/programs/why, one that hangs with `stands`: then it is waited for until it does. */
export async function startProgram(
  python: Interpreter,
  name: string,
  options: { args?: readonly string[]; packages?: string; files?: Readonly<Record<string, string>>; stands?: boolean } = {},
): Promise<Target> {
  const file = `${name.split("/").at(-1) ?? name}.py`;
  const env = options.packages === undefined ? {} : { PYTHONPATH: options.packages };
  const target = await startTarget({
    python,
    files: { ...options.files, [file]: programText(name) },
    args: [file, ...(options.args ?? [])],
    env,
    readyTimeoutMs: 60_000,
  });
  await (options.stands === true ? settled(target.pid) : sleep(settlingMs));
  return target;
}

/** The answer of the real command as JSON; fails the test where there is none. */
export async function askWhy(target: number | string, ...options: string[]): Promise<Why> {
  const { stdout, stderr, exitCode } = await ispyd(["why", String(target), "--json", ...options]);
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout) as Why;
}

/** Neither a line is named nor anything said to stand still. */
export function expectNobodyAccused({ verdict, culprit, workers }: Why): void {
  expect(culprit, verdict).toBeNull();
  for (const worker of workers)
    expect([worker.stuck, ...worker.also.map(({ stuck }) => stuck)], JSON.stringify([worker.verdict, worker.also])).not.toContain(true);
}

/** What `startProgram` takes for programs that need packages; skips the test where they can't be had. */
export async function packagesOf(
  python: Interpreter,
  names: readonly string[] | undefined,
  context: TestContext,
): Promise<{ packages?: string }> {
  if (names === undefined) return {};
  const packages = await packagesFor(python, names);
  if (packages === undefined) return context.skip(`no ${names.join(", ")} for Python ${python.full}`);
  return { packages };
}

/** A directory with packages for an interpreter, installed at the first call and kept; undefined where pip could not. */
async function packagesFor(python: Interpreter, names: readonly string[]): Promise<string | undefined> {
  const directory = join(cacheDirectory("why-packages", python.full), names.join("-"), "site-packages");
  return withDirectoryLock(join(directory, ".."), 300_000, async () => {
    if (existsSync(directory)) return directory;
    const args = [
      "-m",
      "pip",
      "--disable-pip-version-check",
      "install",
      "--quiet",
      "--only-binary",
      ":all:",
      "--target",
      directory,
      ...names,
    ];
    // Debian's interpreters come without pip; their environments have one.
    const { python: path } = await environmentFor(python, "web");
    const { problem } = await runProgram(path, args, { timeoutMs: 240_000 });
    if (problem !== "") rmSync(directory, { recursive: true, force: true });
    return problem === "" ? directory : undefined;
  });
}
