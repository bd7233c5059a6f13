// Is this process a Python process, and which? Fast enough to be asked of every process of a machine; first step of `ps` and of every target's name.
// The answer comes from the names of the mapped files; `interpreter.ts` reads the exact version from memory.

import { readdirSync } from "node:fs";
import { monotonicMs } from "../base/clock.ts";
import { readArguments } from "./proc/cmdline.ts";
import { readProcBytes, readProcLink, type ProcAnswer } from "./proc/read-text.ts";
import { type ProcessStat, readStat } from "./proc/stat.ts";

export interface PythonProcess {
  readonly pid: number;
  readonly stat: ProcessStat;
  /** When `stat` was read, on the clock of `monotonicMs`. */
  readonly seenAtMs: number;
  /** Path of the executable as the target sees it. */
  readonly executable: string;
  /** "python" for CPython in its own program, "embedded" inside another (uWSGI, mod_wsgi). */
  readonly kind: "python" | "embedded" | "pypy";
  /** "3.12", as file names have it; undefined where they do not tell. */
  readonly version: string | undefined;
  /** Free-threaded by its file name ("python3.14t"). */
  readonly freeThreaded: boolean;
  /** False for PyPy, Python 2 and Python before 3.8. */
  readonly supported: boolean;
  /** False where the kernel hides the process's files from us, so that only its own words (arguments, name) tell. */
  readonly certain: boolean;
}

export type ProcessKind = PythonProcess | "not Python" | "kernel thread" | "zombie";

const mostMapsBytes = 4 * 1024 * 1024;
const oldestMinor = 8;

/** What a process is, as far as names tell; undefined where it is gone, "EACCES" where its files are hidden and it does not call itself Python. */
export function identifyProcess(pid: number): ProcAnswer<ProcessKind> {
  const found = findPython(pid);
  if (found !== "not Python") return found;
  const stat = readStat(pid);
  if (typeof stat !== "object") return stat;
  if (stat.kernelThread) return "kernel thread";
  return hasEnded(stat) ? "zombie" : "not Python";
}

/** Every Python process that can be seen, in order of pid; kernel threads and zombies are skipped. */
export function listPythonProcesses(signal?: AbortSignal): PythonProcess[] {
  const found: PythonProcess[] = [];
  for (const pid of listPids()) {
    if (signal?.aborted === true) break;
    const python = findPython(pid);
    if (typeof python === "object") found.push(python);
  }
  return found;
}

// A kernel thread, a zombie and a process that is gone have no executable: one call tells, and a machine lists many of them.
function findPython(pid: number): ProcAnswer<PythonProcess | "not Python"> {
  const link = readProcLink(`/proc/${pid}/exe`);
  const recognised = typeof link === "object" ? recogniseExecutable(pid, link.text.replace(/ \(deleted\)$/, "")) : link;
  if (recognised === undefined) return "not Python";
  if (recognised === "not Python" || (recognised === "EACCES" && link !== "EACCES")) return recognised;
  const stat = readStat(pid);
  if (typeof stat !== "object") return stat;
  if (stat.kernelThread || hasEnded(stat)) return "not Python";
  return recognised === "EACCES" ? guessFromArguments(stat) : toProcess(stat, recognised);
}

function hasEnded({ state }: ProcessStat): boolean {
  return state === "Z" || state === "X";
}

/** Every process id in /proc, in order; our own is left out. */
export function listPids(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid)
    .sort((a, b) => a - b);
}

const pythonName = /^(?:python|python-?debug)(\d)?(?:\.(\d+))?(t)?d?m?(?:\.\d+)?$/;

function guessFromArguments(stat: ProcessStat): PythonProcess | "EACCES" {
  const read = readArguments(stat.pid);
  const first = typeof read === "object" ? (read[0] ?? "") : "";
  const named = versionOf(pythonName, baseName(first));
  if (named !== undefined) return toProcess(stat, { executable: first, kind: "python", named, certain: false });
  if (/^gunicorn: |^\[celery/.test(first)) return toProcess(stat, { executable: "", kind: "python", named: noVersion, certain: false });
  return baseName(first).startsWith("uwsgi")
    ? toProcess(stat, { executable: first, kind: "embedded", named: noVersion, certain: false })
    : "EACCES";
}

function recogniseExecutable(pid: number, executable: string): Recognised | "EACCES" | "not Python" {
  const own = versionOf(pythonName, baseName(executable));
  if (own?.version !== undefined) return { executable, kind: "python", named: own };
  const maps = readProcBytes(`/proc/${pid}/maps`, mostMapsBytes);
  const found = typeof maps === "object" ? versionInMaps(maps.bytes) : undefined;
  if (found === "pypy" || /^pypy\d/.test(baseName(executable))) return { executable, kind: "pypy", named: noVersion };
  if (own !== undefined) return { executable, kind: "python", named: found ?? own };
  // A uWSGI that has its interpreter linked in may map no file that says so.
  if (found !== undefined || baseName(executable).startsWith("uwsgi")) return { executable, kind: "embedded", named: found ?? noVersion };
  return maps === "EACCES" ? "EACCES" : "not Python";
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

interface NamedVersion {
  readonly version: string | undefined;
  readonly freeThreaded: boolean;
}

const noVersion: NamedVersion = { version: undefined, freeThreaded: false };

function versionOf(form: RegExp, text: string): NamedVersion | undefined {
  const match = form.exec(text);
  if (match === null) return undefined;
  const [, major = "3", minor] = match;
  return { version: minor === undefined ? undefined : `${major}.${minor}`, freeThreaded: match[3] === "t" };
}

// A shared library, or an extension module of the standard library where the interpreter is linked into the program (uWSGI).
function versionInMaps(bytes: Buffer): NamedVersion | "pypy" | undefined {
  if (bytes.includes("/libpypy")) return "pypy";
  const library = bytes.indexOf("/libpython");
  if (library >= 0) return versionOf(/^\/libpython(\d)\.(\d+)(t)?d?m?[^/\n]*\.so/, bytes.toString("latin1", library, library + 64));
  const module = bytes.indexOf("/lib-dynload/");
  if (module < 0) return undefined;
  return versionOf(/\/python(\d)\.(\d+)(t)?\/$/, bytes.toString("latin1", Math.max(0, module - 64), module + 1));
}

interface Recognised {
  readonly executable: string;
  readonly kind: PythonProcess["kind"];
  readonly named: NamedVersion;
  readonly certain?: boolean;
}

function toProcess(stat: ProcessStat, { executable, kind, named, certain = true }: Recognised): PythonProcess {
  const { version, freeThreaded } = named;
  const [major = 3, minor = oldestMinor] = version?.split(".").map(Number) ?? [];
  const supported = kind !== "pypy" && major === 3 && minor >= oldestMinor;
  return { pid: stat.pid, stat, seenAtMs: monotonicMs(), executable, kind, version, freeThreaded, supported, certain };
}
