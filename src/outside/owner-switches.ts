// What the owner of an application decided about debugging it, in words: Python's remote debugging and ispyd's ceiling.

import { readArguments } from "./proc/cmdline.ts";
import { type Environment, readEnvironment } from "./proc/environ.ts";
import type { PythonProcess } from "./python-process.ts";

export interface OwnerSwitches {
  readonly remoteDebugging: string;
  readonly ceiling: string;
}

/** Read from arguments and environment as they were at start; says so where they can't be known. */
export function readOwnerSwitches({ pid, version }: PythonProcess): OwnerSwitches {
  const read = readEnvironment(pid);
  if (typeof read !== "object") return { remoteDebugging: "hidden from this user", ceiling: "hidden from this user" };
  if (read.overwritten)
    return {
      remoteDebugging: "not known (the process has overwritten its environment)",
      ceiling: "not known (the process has overwritten its environment)",
    };
  return { remoteDebugging: remoteDebugging(pid, version, read), ceiling: read.get("ISPYD_CEILING") ?? "none set" };
}

function remoteDebugging(pid: number, version: string | undefined, environment: Environment): string {
  const disabled = environment.get("PYTHON_DISABLE_REMOTE_DEBUG") ?? "";
  if (disabled !== "") return "switched off (PYTHON_DISABLE_REMOTE_DEBUG)";
  const words = readArguments(pid);
  if (typeof words === "object" && words.some((word) => word.endsWith("disable_remote_debug")))
    return "switched off (-X disable_remote_debug)";
  const minor = Number(version?.split(".")[1] ?? Number.NaN);
  if (Number.isNaN(minor)) return "not switched off";
  // PEP 768 came with 3.14.
  return minor >= 14
    ? "on: whoever may read this process may also run code in it (PEP 768), past any policy of ispyd"
    : "this version has none of its own";
}
