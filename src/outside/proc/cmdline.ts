// /proc/PID/cmdline: the arguments, as the process left them. Source: proc_pid_cmdline(5).
// setproctitle and the like overwrite them: what stands here is a claim, not a fact.

import { type ProcAnswer, procPath, readProcBytes } from "./read-text.ts";

const mostBytes = 64 * 1024;
const mostArguments = 1_024;

/** The arguments; empty for kernel threads and zombies. */
export function readArguments(pid: number): ProcAnswer<readonly string[]> {
  const read = readProcBytes(`${procPath(pid)}/cmdline`, mostBytes);
  return typeof read === "object" ? parseArguments(read.bytes.toString("utf8")) : read;
}

/** An overwritten title is one text padded with zeros: the padding goes, empty arguments in between stay. */
export function parseArguments(text: string): string[] {
  const trimmed = text.replace(/\0+$/, "");
  return trimmed === "" ? [] : trimmed.split("\0", mostArguments);
}
