// The demo's virtual environment: made once in the user's cache, with gunicorn and Flask.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const requirements = ["gunicorn>=20,<27", "flask>=2,<4"];
const candidates = ["python3", "python3.13", "python3.12", "python3.11", "python3.14", "python3.10", "python3.9", "python3.8"];

/** Path of a Python that has the demo's packages; says what it does through `tell`. Ends the process with a message where it can't. */
export function prepareEnvironment(tell: (line: string) => void): string {
  const base = candidates.find(isUsable);
  if (base === undefined) return stop("the demo needs CPython 3.8 to 3.15 with the venv module on the PATH");
  const version = run(base, ["-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"]).stdout.trim();
  const folder = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "ispyd-demo", version);
  const python = join(folder, "bin", "python");
  if (existsSync(join(folder, "complete"))) return python;
  tell(`making a virtual environment with gunicorn and Flask for Python ${version} (once) ...`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const made = run(base, ["-m", "venv", folder]);
  const installed = made.status === 0 ? run(python, ["-m", "pip", "install", "--quiet", ...requirements]) : made;
  if (installed.status !== 0) return stop(`the environment could not be made: ${installed.stderr.trim().split("\n").at(-1) ?? ""}`);
  mkdirSync(join(folder, "complete"));
  return python;
}

function isUsable(name: string): boolean {
  return (
    run(name, [
      "-c",
      "import sys, venv, ensurepip; sys.exit(not (3, 8) <= sys.version_info[:2] <= (3, 15) or sys.implementation.name != 'cpython')",
    ]).status === 0
  );
}

function run(command: string, words: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(command, words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

function stop(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
