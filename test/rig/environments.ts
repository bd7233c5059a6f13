// Virtual environments with the web stack for an interpreter: built once, kept in the rig's cache, shared by all test runs.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "./cache-directory.ts";
import { withDirectoryLock } from "./directory-lock.ts";
import type { Interpreter } from "./interpreters.ts";
import { runProgram, type ProgramRun } from "./run-program.ts";

export type EnvironmentKind = keyof typeof requirementsOf;

export interface MissingPackage {
  name: string;
  reason: string;
}

export interface Environment {
  interpreter: Interpreter;
  directory: string;
  /** The environment's own python and the directory of its scripts. */
  python: string;
  bin: string;
  /** Name and version of everything in it, as pip lists it. */
  packages: Record<string, string>;
  /** What pip could not install here, for the test output to name. */
  missing: MissingPackage[];
}

/** Installed in one call of pip. Small groups: for old Pythons pip searches versions that fit all of it for many minutes. */
type Group = readonly string[];

const requirementsOf = {
  // packaging: gunicorn's gevent worker and kombu import it without asking for it.
  web: [
    ["gunicorn", "packaging", "flask", "django"],
    ["uvicorn", "uvloop", "httptools", "fastapi", "hypercorn"],
    ["celery[redis]"],
    ["gevent"],
  ],
  uwsgi: [["uwsgi"], ["flask[async]"]],
  // Objects that load what they stand for when they are first asked.
  orm: [["django", "sqlalchemy", "werkzeug"]],
  // The field's sampler, for comparisons.
  "py-spy": [["py-spy"]],
} as const satisfies Record<string, readonly Group[]>;

/** uWSGI has no wheels: it is compiled, which needs gcc and the interpreter's headers. */
const compiled: readonly string[] = ["uwsgi"];
const headersProbe = `
import os, sysconfig
header = os.path.join(sysconfig.get_path("include"), "Python.h")
os.path.exists(header) or exit("ERROR: it must be compiled, and there is no " + header)`;
const pipTimeoutMs = 180_000;
const buildTimeoutMs = 900_000;
/** What could not be installed is tried again after this time: it may have been the network. */
const retryAfterMs = 6 * 3600 * 1000;

interface Stamp {
  builtAtMs: number;
  packages: Record<string, string>;
  missing: MissingPackage[];
}

/** The first call for an interpreter takes about 20 s, later ones nothing. Throws when there can be no environment at all. */
export async function environmentFor(interpreter: Interpreter, kind: EnvironmentKind): Promise<Environment> {
  const requirements = requirementsOf[kind];
  const key = createHash("sha256")
    .update(JSON.stringify([interpreter.path, interpreter.full, requirements]))
    .digest("hex")
    .slice(0, 10);
  const directory = join(cacheDirectory("environments"), `${kind}-${interpreter.version}-${key}`);
  const stamp =
    readStamp(directory) ?? (await withDirectoryLock(directory, buildTimeoutMs, () => build({ interpreter, directory, requirements })));
  const bin = join(directory, "bin");
  return { interpreter, directory, bin, python: join(bin, "python"), packages: stamp.packages, missing: stamp.missing };
}

function readStamp(directory: string): Stamp | undefined {
  const path = join(directory, "ispyd-test.json");
  if (!existsSync(path)) return undefined;
  const stamp = JSON.parse(readFileSync(path, "utf8")) as Stamp;
  return stamp.missing.length > 0 && Date.now() - stamp.builtAtMs > retryAfterMs ? undefined : stamp;
}

interface Build {
  interpreter: Interpreter;
  directory: string;
  requirements: readonly Group[];
}

/** In place, since an environment can't be moved; the stamp, written last, makes it valid. */
async function build({ interpreter, directory, requirements }: Build): Promise<Stamp> {
  const built = readStamp(directory);
  if (built !== undefined) return built;
  rmSync(directory, { recursive: true, force: true });
  const creation = await runProgram(interpreter.path, ["-m", "venv", directory], { env: interpreter.environment });
  if (creation.problem !== "") throw new Error(`no virtual environment for Python ${interpreter.full}: ${creation.problem}`);
  const python = join(directory, "bin/python");
  const missing = await installAll(python, requirements);
  const stamp = { builtAtMs: Date.now(), packages: await packagesOf(python), missing };
  writeFileSync(join(directory, "ispyd-test.json"), JSON.stringify(stamp, undefined, 2));
  return stamp;
}

async function installAll(python: string, groups: readonly Group[]): Promise<MissingPackage[]> {
  const missing: MissingPackage[] = [];
  for (const group of groups) missing.push(...(await installGroup(python, group)));
  return missing;
}

/** All of a group at once, so that pip finds versions that fit together; one by one only to learn which of them can't be had. */
async function installGroup(python: string, group: Group): Promise<MissingPackage[]> {
  const together = await install(python, group);
  if (together.problem === "") return [];
  const missing: MissingPackage[] = [];
  for (const name of group) {
    const run = group.length === 1 ? together : await install(python, [name]);
    if (run.problem !== "") missing.push({ name: name.replace(/\[.*/, ""), reason: reasonOf(run) });
  }
  return missing;
}

async function install(python: string, names: readonly string[]): Promise<ProgramRun> {
  const compiles = names.some((name) => compiled.includes(name));
  // Asked before, since the compiler takes a minute to find it out.
  if (compiles) {
    const headers = await runProgram(python, ["-c", headersProbe]);
    if (headers.problem !== "") return headers;
  }
  const binaries = compiles ? ["--prefer-binary"] : ["--only-binary", ":all:"];
  return pip(python, ["install", "--quiet", "--no-input", ...binaries, ...names]);
}

function pip(python: string, args: readonly string[]): Promise<ProgramRun> {
  return runProgram(python, ["-m", "pip", "--disable-pip-version-check", ...args], { timeoutMs: pipTimeoutMs });
}

function reasonOf({ stdout, stderr, problem }: ProgramRun): string {
  const lines = `${stderr}\n${stdout}`.split("\n").map((line) => line.trim());
  const compiler = lines.find((line) => /fatal error:|^Error:|^\w*Error: /.test(line));
  const stated = lines.find((line) => line.startsWith("ERROR: "));
  return (compiler ?? stated ?? problem).replace(/^ERROR: /, "").slice(0, 300);
}

async function packagesOf(python: string): Promise<Record<string, string>> {
  const { stdout } = await pip(python, ["list", "--format", "json"]);
  const list = JSON.parse(stdout === "" ? "[]" : stdout) as { name: string; version: string }[];
  return Object.fromEntries(list.map(({ name, version }) => [name.toLowerCase(), version]));
}
