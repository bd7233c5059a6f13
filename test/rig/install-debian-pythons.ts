// Unpacks the newest CPythons from Debian sid into the rig's cache, each with its own loader and libraries: the versions that the machine itself lacks.
// They run on any x86-64 or aarch64 Debian, whatever its libc, since nothing of them depends on the system's libraries.

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { privateApt } from "./apt-private.ts";
import { cacheDirectory } from "./cache-directory.ts";
import { withDirectoryLock } from "./directory-lock.ts";
import { runProgram, type ProgramRun } from "./run-program.ts";

export interface DebianPython {
  /** "3.14". */
  version: string;
  executable: string;
}

export interface DebianPythonsResult {
  installed: DebianPython[];
  missing: { version: string; reason: string }[];
}

/** Debian has no free-threaded builds (November 2026). 3.13 is here because its layout drifts between patch levels. */
export const debianPythonVersions: readonly string[] = ["3.13", "3.14", "3.15"];

/** Part of the stamp: a tree that another edition of this file made is made anew. */
const edition = 1;
const imports = "import ssl, asyncio, sqlite3, ctypes, threading, lzma, bz2, zlib, readline, uuid, ensurepip";

/** Where the executable of a version is, whether or not it is there. */
export function debianPythonPath(version: string): string {
  return join(cacheDirectory("pythons"), version, "usr/bin", `python${version}`);
}

/** Fast when all are there; otherwise about 25 MB of downloads a version and 5 s. What cannot be had is named with the reason. */
export async function installDebianPythons(report: (line: string) => void = () => {}): Promise<DebianPythonsResult> {
  const result: DebianPythonsResult = { installed: [], missing: [] };
  await withDirectoryLock(join(cacheDirectory(), "pythons"), 600_000, async () => {
    const absent = debianPythonVersions.filter((version) => !isInstalled(version));
    const updateProblem = absent.length === 0 ? "" : await updateLists();
    for (const version of debianPythonVersions) {
      try {
        if (absent.includes(version)) {
          if (updateProblem !== "") throw new Error(updateProblem);
          report(`unpacks Python ${version} from Debian`);
          await install(version);
        }
        result.installed.push({ version, executable: debianPythonPath(version) });
      } catch (error) {
        result.missing.push({ version, reason: error instanceof Error ? error.message : String(error) });
      }
    }
  });
  return result;
}

/** The paths inside the executable are absolute, so the stamp names the place that it was made for. */
function stampOf(version: string): string {
  return JSON.stringify({ edition, executable: debianPythonPath(version) });
}

function isInstalled(version: string): boolean {
  const stamp = join(cacheDirectory("pythons"), version, "stamp.json");
  return existsSync(stamp) && readFileSync(stamp, "utf8") === stampOf(version) && existsSync(debianPythonPath(version));
}

async function updateLists(): Promise<string> {
  try {
    const { problem } = await sidApt().aptGet(["-q", "update"], 180_000);
    return problem;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function sidApt(): ReturnType<typeof privateApt> {
  return privateApt(cacheDirectory("apt"), "sid");
}

async function install(version: string): Promise<void> {
  const pythons = cacheDirectory("pythons");
  const building = join(pythons, `.building-${version}`);
  rmSync(building, { recursive: true, force: true });
  mkdirSync(building, { recursive: true });
  const apt = sidApt();
  rmSync(apt.archives, { recursive: true, force: true });
  mkdirSync(join(apt.archives, "partial"), { recursive: true });
  // libstdc++6 is for extension modules out of wheels; pip comes with -venv.
  const packages = [`python${version}`, `python${version}-venv`, "libstdc++6"];
  demand(await apt.aptGet(["-q", "-y", "--no-install-recommends", "--download-only", "install", ...packages], 300_000));
  for (const name of readdirSync(apt.archives).filter((entry) => entry.endsWith(".deb"))) {
    demand(await runProgram("dpkg-deb", ["-x", join(apt.archives, name), building]));
  }
  const place = join(pythons, version);
  await pointAtOwnLibraries({ building, place, version });
  rmSync(place, { recursive: true, force: true });
  renameSync(building, place);
  demand(await runProgram(debianPythonPath(version), ["-c", imports], { timeoutMs: 30_000 }));
  writeFileSync(join(place, "stamp.json"), stampOf(version));
  rmSync(apt.archives, { recursive: true, force: true });
}

/**
 * DT_RPATH, not DT_RUNPATH: only the former also serves the libraries that extension modules need (ld.so(8)), so they stay as they are.
 * The sections stay where they are in memory; patchelf puts the longer strings in a page of their own before them.
 */
async function pointAtOwnLibraries({ building, place, version }: { building: string; place: string; version: string }): Promise<void> {
  const libraries = readdirSync(join(building, "usr/lib")).find((name) => name.endsWith("-linux-gnu"));
  if (libraries === undefined) throw new Error(`the packages of Python ${version} hold no directory of libraries`);
  const executable = join(building, "usr/bin", `python${version}`);
  const interpreter = demand(await runProgram("patchelf", ["--print-interpreter", executable])).stdout.trim();
  const directory = join(place, "usr/lib", libraries);
  const changes = ["--set-interpreter", join(directory, basename(interpreter)), "--force-rpath", "--set-rpath", directory];
  demand(await runProgram("patchelf", [...changes, executable]));
  useOwnWheels({ building, place, version });
}

/** ensurepip of Debian looks for pip's wheel in a directory of the system; here it is in the tree. */
function useOwnWheels({ building, place, version }: { building: string; place: string; version: string }): void {
  const directory = join(building, "usr/lib", `python${version}`);
  for (const name of readdirSync(directory).filter((entry) => entry.startsWith("_sysconfig") && !entry.endsWith(".pyc"))) {
    const path = join(directory, name);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replaceAll(/(["']WHEEL_PKG_DIR["']: ["'])\/usr/g, `$1${place}/usr`));
  }
}

function demand(run: ProgramRun): ProgramRun {
  if (run.problem !== "") throw new Error(run.problem);
  return run;
}
