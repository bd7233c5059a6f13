// What recognisers may ask of a process, each part read from /proc when it is first asked for.

import type { LaunchFacts } from "./launchers/launch.ts";
import { readArguments } from "./proc/cmdline.ts";
import { type Environment, readEnvironment } from "./proc/environ.ts";
import { readProcLink } from "./proc/read-text.ts";
import type { PythonProcess } from "./python-process.ts";
import { parseProgram } from "./python-program.ts";
import { readRootFile } from "./root-file.ts";

const mostFileBytes = 128 * 1024;

export function gatherLaunchFacts({ pid, executable }: PythonProcess): LaunchFacts {
  const read = readArguments(pid);
  const words = typeof read === "object" ? read : [];
  let environment: { readonly found: Environment | undefined } | undefined;
  return {
    pid,
    executable,
    words,
    program: parseProgram(words),
    environment() {
      environment ??= { found: asEnvironment(pid) };
      return environment.found;
    },
    directoryName: () => lastPart(workingDirectory(pid) ?? ""),
    readText: (path) => readText(pid, path),
  };
}

function asEnvironment(pid: number): Environment | undefined {
  const read = readEnvironment(pid);
  return typeof read === "object" ? read : undefined;
}

/** The working directory as the target itself sees it. */
function workingDirectory(pid: number): string | undefined {
  const directory = readProcLink(`/proc/${pid}/cwd`);
  const root = readProcLink(`/proc/${pid}/root`);
  if (typeof directory !== "object" || typeof root !== "object") return undefined;
  const path = directory.text.replace(/ \(deleted\)$/, "");
  // After chroot the kernel words the path as we see it.
  return root.text !== "/" && path.startsWith(`${root.text}/`) ? path.slice(root.text.length) : path;
}

function readText(pid: number, path: string): string | undefined {
  const directory = path.startsWith("/") ? "" : workingDirectory(pid);
  if (directory === undefined) return undefined;
  const content = readRootFile({ pid, path: `${directory}/${path}`, maxBytes: mostFileBytes });
  return Buffer.isBuffer(content) ? content.toString("utf8") : undefined;
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
