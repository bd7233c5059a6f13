// Small files of /proc, read bounded: the ground under every other file of this folder. Source: proc(5).
// A process that ended is `undefined`, a refusal of the kernel is "EACCES": both are ordinary answers, never a throw.

import { closeSync, openSync, readlinkSync, readSync } from "node:fs";
import { errnoOf } from "../../base/failure.ts";

/** What the kernel refuses is "EACCES" (EPERM is folded into it); what is no longer there is `undefined`. */
export type ProcAnswer<Value> = Value | "EACCES" | undefined;

export interface ProcBytes {
  readonly bytes: Buffer;
  /** True where the file is longer than the bound. */
  readonly truncated: boolean;
}

// One for all reads: most files of /proc are small, and a list of processes reads hundreds of them.
const scratch = Buffer.allocUnsafeSlow(64 * 1024);

/** The first `maxBytes` of a file in /proc. The bytes are the caller's own. */
export function readProcBytes(path: string, maxBytes: number): ProcAnswer<ProcBytes> {
  const read = readShared(path, maxBytes);
  return typeof read === "object" ? { ...read, bytes: Buffer.from(read.bytes) } : read;
}

/** The text of a small file in /proc, as UTF-8. */
export function readProcText(path: string, maxBytes = 64 * 1024): ProcAnswer<{ readonly text: string }> {
  const read = readShared(path, maxBytes);
  return typeof read === "object" ? { text: read.bytes.toString("utf8") } : read;
}

// The bytes hold until the next read.
function readShared(path: string, maxBytes: number): ProcAnswer<ProcBytes> {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, "r");
    return readUpTo(descriptor, maxBytes);
  } catch (thrown) {
    return refusalOf(thrown);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function readUpTo(descriptor: number, maxBytes: number): ProcBytes {
  let buffer = scratch.subarray(0, Math.min(scratch.length, maxBytes));
  let length = 0;
  for (;;) {
    const count = readSync(descriptor, buffer, length, buffer.length - length, null);
    if (count === 0) return { bytes: buffer.subarray(0, length), truncated: false };
    length += count;
    if (length >= maxBytes) return { bytes: buffer.subarray(0, length), truncated: true };
    if (length === buffer.length) buffer = Buffer.concat([buffer], Math.min(buffer.length * 4, maxBytes));
  }
}

/** Where a link of /proc points, as the kernel words it ("socket:[123]", "net:[4026531840]", a path). */
export function readProcLink(path: string): ProcAnswer<{ readonly text: string }> {
  try {
    return { text: readlinkSync(path) };
  } catch (thrown) {
    return refusalOf(thrown);
  }
}

/** The error of a failed call as an answer. */
export function refusalOf(thrown: unknown): "EACCES" | undefined {
  const errno = errnoOf(thrown);
  return errno === "EACCES" || errno === "EPERM" ? "EACCES" : undefined;
}

/** A folder of a process ("/proc/7") or of one of its threads ("/proc/7/task/9"). */
export function procPath(pid: number, tid?: number): string {
  return tid === undefined ? `/proc/${pid}` : `/proc/${pid}/task/${tid}`;
}
