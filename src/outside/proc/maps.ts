// /proc/PID/maps: what is mapped where. First thing read of a target; source: proc_pid_maps(5).

import { readFileSync } from "node:fs";
import { errnoOf } from "../../base/failure.ts";

export interface Mapping {
  readonly start: number;
  readonly end: number;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly executable: boolean;
  /** Offset in the file. */
  readonly offset: number;
  readonly inode: number;
  /** Path as the target sees it, "[heap]" and the like, or empty; without the kernel's " (deleted)". */
  readonly path: string;
  readonly deleted: boolean;
}

const line = /^([0-9a-f]+)-([0-9a-f]+) ([r-])([w-])([x-])[ps] ([0-9a-f]+) \S+ (\d+)\s*(.*)$/;
const deletedMark = " (deleted)";

/** The mappings in order of address; undefined where the process is gone, "EACCES" where the kernel does not let us look. */
export function readMaps(pid: number): readonly Mapping[] | "EACCES" | undefined {
  try {
    return parseMaps(readFileSync(`/proc/${pid}/maps`, "latin1"));
  } catch (thrown) {
    return errnoOf(thrown) === "EACCES" || errnoOf(thrown) === "EPERM" ? "EACCES" : undefined;
  }
}

/** Lines that do not parse are left out. Paths keep the kernel's bytes as UTF-8. */
export function parseMaps(text: string): Mapping[] {
  const mappings: Mapping[] = [];
  for (const row of text.split("\n")) {
    const match = line.exec(row);
    if (match !== null) mappings.push(toMapping(match));
  }
  return mappings;
}

function toMapping(match: RegExpExecArray): Mapping {
  const rawPath = Buffer.from(match[8] ?? "", "latin1").toString("utf8");
  const deleted = rawPath.endsWith(deletedMark);
  return {
    start: Number.parseInt(match[1] ?? "0", 16),
    end: Number.parseInt(match[2] ?? "0", 16),
    readable: match[3] === "r",
    writable: match[4] === "w",
    executable: match[5] === "x",
    offset: Number.parseInt(match[6] ?? "0", 16),
    inode: Number(match[7]),
    path: deleted ? rawPath.slice(0, -deletedMark.length) : rawPath,
    deleted,
  };
}
