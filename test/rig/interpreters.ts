// Finds the CPythons that tests run on: pyenv's, those on PATH, those named in ISPYD_TEST_PYTHONS and those in the rig's own cache.

import { existsSync, readdirSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { cacheDirectory } from "./cache-directory.ts";
import { runProgram } from "./run-program.ts";

export interface Interpreter {
  /** "3.14", or "3.14t" for a free-threaded build: unique in what findInterpreters returns. */
  version: string;
  /** "3.14.10". */
  full: string;
  path: string;
  freeThreaded: boolean;
  /** Whether the interpreter is in a libpython or in the executable itself. */
  build: "shared" | "static";
  /** What the executable needs in its environment to run. */
  environment: Record<string, string>;
}

/** The versions that ispyd supports and tests must name when they are not there. */
export const versionsWanted = ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15", "3.13t", "3.14t", "3.15t"] as const;

/** sysconfig is not asked whether the build is shared: Debian's static executable comes from a tree configured as shared. */
const probe = `
import json, sys, sysconfig
print(json.dumps({
    "implementation": sys.implementation.name,
    "release": list(sys.version_info),
    "freeThreaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "shared": any("/libpython3." in line for line in open("/proc/self/maps")),
}))`;

let everything: Promise<Interpreter[]> | undefined;

/** Every supported CPython of this machine, all patch levels, oldest first; looked for once in a process. */
export function allInterpreters(): Promise<Interpreter[]> {
  everything ??= Promise.all(candidates().map((path) => examine(path))).then((found) =>
    found.filter((one) => one !== undefined).sort((a, b) => compareReleases(a, b)),
  );
  return everything;
}

/** One for each minor version: the newest patch level, where two are equal the one found first. */
export async function findInterpreters(): Promise<Interpreter[]> {
  const newest = new Map<string, Interpreter>();
  for (const interpreter of await allInterpreters()) {
    const known = newest.get(interpreter.version);
    if (known === undefined || compareReleases(interpreter, known) > 0) newest.set(interpreter.version, interpreter);
  }
  return [...newest.values()];
}

/** The wanted versions that no interpreter was found for, for the test output to name. */
export async function missingInterpreters(): Promise<string[]> {
  const found = new Set((await findInterpreters()).map(({ version }) => version));
  return versionsWanted.filter((version) => !found.has(version));
}

function candidates(): string[] {
  const named = (process.env["ISPYD_TEST_PYTHONS"] ?? "").split(":");
  const pyenv = join(process.env["PYENV_ROOT"] ?? join(homedir(), ".pyenv"), "versions");
  const ours = cacheDirectory("pythons");
  const onPath = (process.env["PATH"] ?? "").split(delimiter).filter((directory) => !directory.endsWith("/shims"));
  const directories = [
    ...entries(pyenv).map((name) => join(pyenv, name, "bin")),
    ...entries(ours).map((name) => join(ours, name, "usr/bin")),
    ...onPath,
  ];
  const found = directories.flatMap((directory) =>
    entries(directory)
      .filter((name) => /^python3\.\d+t?$/.test(name))
      .map((name) => join(directory, name)),
  );
  const real = [...named.filter((path) => existsSync(path)), ...found].flatMap((path) => realPath(path));
  return [...new Set(real)];
}

function entries(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => !name.startsWith("."));
  } catch {
    return [];
  }
}

function realPath(path: string): string[] {
  try {
    return [realpathSync(path)];
  } catch {
    return [];
  }
}

interface ProbeAnswer {
  implementation: string;
  release: [number, number, number];
  freeThreaded: boolean;
  shared: boolean;
}

async function examine(path: string): Promise<Interpreter | undefined> {
  const { stdout, problem } = await runProgram(path, ["-I", "-c", probe], { timeoutMs: 20_000 });
  if (problem !== "") return undefined;
  const answer = JSON.parse(stdout) as ProbeAnswer;
  const [major, minor, patch] = answer.release;
  if (answer.implementation !== "cpython" || major !== 3 || minor < 8) return undefined;
  return {
    version: `3.${minor}${answer.freeThreaded ? "t" : ""}`,
    full: `3.${minor}.${patch}`,
    path,
    freeThreaded: answer.freeThreaded,
    build: answer.shared ? "shared" : "static",
    environment: {},
  };
}

function compareReleases(a: Interpreter, b: Interpreter): number {
  const [, minorA = 0, patchA = 0] = a.full.split(".").map(Number);
  const [, minorB = 0, patchB = 0] = b.full.split(".").map(Number);
  return minorA - minorB || Number(a.freeThreaded) - Number(b.freeThreaded) || patchA - patchB;
}
