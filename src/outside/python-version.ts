// The full version of each process's interpreter, read from memory once per program file: 200 workers of one service are one reading.

import { statSync } from "node:fs";
import { Failure } from "../base/failure.ts";
import { openInterpreter } from "./interpreter.ts";
import type { PythonProcess } from "./python-process.ts";

export interface VersionReader {
  /** "3.11.7", "3.14.10t"; from the file's name ("3.11") where memory can't be read, and empty where nothing tells. */
  versionOf(process: PythonProcess): string;
}

/** Processes that run the same file (device and inode) are taken to have the same version. */
export function openVersionReader(): VersionReader {
  const versions = new Map<string, string>();
  return {
    versionOf(process) {
      const named = `${process.version ?? ""}${process.freeThreaded ? "t" : ""}`;
      const key = fileKey(process.pid);
      const known = key === undefined ? undefined : versions.get(key);
      if (known !== undefined) return known;
      const exact = process.supported ? exactVersion(process.pid) : undefined;
      if (key !== undefined && exact !== undefined) versions.set(key, exact);
      return exact ?? named;
    },
  };
}

function exactVersion(pid: number): string | undefined {
  const interpreter = openInterpreter(pid);
  if (interpreter instanceof Failure) return undefined;
  interpreter.close();
  return interpreter.version;
}

function fileKey(pid: number): string | undefined {
  try {
    const { dev, ino } = statSync(`/proc/${pid}/exe`);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
