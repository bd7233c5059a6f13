// A chain's file line by line, in bounded memory: what `audit list`, `verify` and `export` read. Regular files only, never through a link.

import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { errnoOf, Failure } from "../base/failure.ts";
import { maxLineBytes } from "./audit-chain.ts";

const chunkBytes = 65_536;
const newline = 0x0a;

export interface ChainLine {
  /** Without the newline; undefined where the line is longer than a MiB, which no record is. */
  readonly bytes: Buffer | undefined;
  /** False for a last line without its newline. */
  readonly terminated: boolean;
}

/** `sizeBytes` as it was on opening: a reader goes so far and no further, or writers could keep it busy for ever. */
export type OpenedChain = { readonly handle: FileHandle; readonly sizeBytes: number } | { readonly problem: "missing" | "no regular file" };

/** Throws a Failure where the kernel refuses. A FIFO is opened without waiting for its other end (open(2), O_NONBLOCK). */
export async function openChainToRead(path: string): Promise<OpenedChain> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const found = await handle.stat();
    if (found.isFile()) return { handle, sizeBytes: found.size };
    await handle.close();
    return { problem: "no regular file" };
  } catch (thrown) {
    const errno = errnoOf(thrown) ?? "";
    if (errno === "ENOENT") return { problem: "missing" };
    if (["ELOOP", "ENXIO", "ENODEV"].includes(errno)) return { problem: "no regular file" };
    throw unreadable(path, thrown);
  }
}

export function unreadable(path: string, thrown: unknown): Failure {
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  const hint = "run it as the user whose log it is, or as root";
  return new Failure({ code: "operation-failed", message: `the audit log at ${path} can't be read: ${detail}`, hint }, { cause: thrown });
}

/** Every line up to the end that the file had when it was opened; closes the handle. Throws the signal's reason when it is aborted. */
export async function* linesOf(
  { handle, sizeBytes }: { handle: FileHandle; sizeBytes: number },
  signal?: AbortSignal,
): AsyncGenerator<ChainLine> {
  const chunk = Buffer.allocUnsafe(chunkBytes);
  let pending = emptyLine();
  try {
    for (let left = sizeBytes; left > 0;) {
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(chunk, 0, Math.min(chunkBytes, left), null);
      if (bytesRead === 0) break;
      left -= bytesRead;
      let from = 0;
      for (let at = chunk.indexOf(newline); at >= 0 && at < bytesRead; at = chunk.indexOf(newline, from)) {
        yield { bytes: grow(pending, chunk.subarray(from, at)), terminated: true };
        pending = emptyLine();
        from = at + 1;
      }
      grow(pending, Buffer.from(chunk.subarray(from, bytesRead)), true);
    }
    if (pending.sizeBytes > 0) yield { bytes: grow(pending, Buffer.alloc(0)), terminated: false };
  } finally {
    await handle.close();
  }
}

interface PendingLine {
  parts: Buffer[];
  sizeBytes: number;
}

function emptyLine(): PendingLine {
  return { parts: [], sizeBytes: 0 };
}

/** Adds to the line and gives it whole, copied out of the chunk; parts of a line that is too long are let go. */
function grow(line: PendingLine, part: Buffer, unfinished = false): Buffer | undefined {
  line.sizeBytes += part.length;
  if (line.sizeBytes > maxLineBytes) line.parts = [];
  else line.parts.push(part);
  if (unfinished || line.sizeBytes > maxLineBytes) return undefined;
  return Buffer.concat(line.parts);
}
