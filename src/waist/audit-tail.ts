// Where a chain stands, from the end of its file: its head, what was torn after it, and its last checkpoint.
// A writer reads this once when it opens its chain, and of other chains when it writes a checkpoint.

import { fstatSync, readSync } from "node:fs";
import { chainStart, isChainName, isObject, maxLineBytes, sha256, wholeRecord, type ChainHead } from "./audit-chain.ts";

/** Enough for the last few records; what is read first where no checkpoint is looked for. */
const headWindowBytes = 4_096;
/** Holds some 150 records: a checkpoint that lies further back is due to be followed by another. */
const checkpointWindowBytes = 65_536;
const newline = 0x0a;

export interface Checkpoint {
  readonly sequence: number;
  readonly timeMs: number;
  readonly heads: ReadonlyMap<string, ChainHead>;
}

export interface ChainTail {
  readonly head: ChainHead;
  /** Bytes after the head's line that are no record and end without a newline: a write that was cut off. */
  readonly torn: { readonly tornBytes: number; readonly tornSha256: string } | undefined;
  /** True where the file does not end in a newline, so that the next line must begin with one. */
  readonly open: boolean;
  /** The last one, where it was asked for and lies within what was read. */
  readonly checkpoint: Checkpoint | undefined;
}

/**
 * Reads at most the last MiB; a checkpoint is found within the last 64 KiB. Undefined where the end can't be continued: a complete line (it has its newline) that is no record was not torn but changed,
 * and appending to it would cover that up.
 */
export function readTail(fd: number, chain: string, { withCheckpoint }: { withCheckpoint: boolean }): ChainTail | undefined {
  const sizeBytes = fstatSync(fd).size;
  if (sizeBytes === 0) return { head: chainStart(chain), torn: undefined, open: false, checkpoint: undefined };
  for (let windowBytes = withCheckpoint ? checkpointWindowBytes : headWindowBytes; windowBytes <= maxLineBytes; windowBytes *= 4) {
    const bytes = readEnd(fd, sizeBytes, windowBytes);
    const reachesStart = bytes.length === sizeBytes;
    const found = tailOf(bytes, reachesStart ? chainStart(chain) : undefined);
    if (found !== undefined) return found;
    if (reachesStart) return undefined;
  }
  return undefined;
}

function readEnd(fd: number, sizeBytes: number, windowBytes: number): Buffer {
  const length = Math.min(sizeBytes, windowBytes);
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(fd, bytes, filled, length - filled, sizeBytes - length + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

/** `start` is the head before the first byte, where the bytes reach back to it. */
function tailOf(bytes: Buffer, start: ChainHead | undefined): ChainTail | undefined {
  const open = bytes.at(-1) !== newline;
  let end = open ? bytes.length : bytes.length - 1;
  for (let first = true; end >= 0; first = false) {
    const before = end === 0 ? -1 : bytes.lastIndexOf(newline, end - 1);
    if (before < 0 && start === undefined) return undefined;
    const line = bytes.subarray(before + 1, end);
    const record = wholeRecord(line);
    if (record !== undefined) {
      const head = { sequence: record.sequence, sha256: sha256(line) };
      return { head, torn: first ? undefined : tornOf(bytes.subarray(end + 1)), open, checkpoint: lastCheckpoint(bytes) };
    }
    if (first && !open) return undefined;
    end = before;
  }
  return start === undefined ? undefined : { head: start, torn: tornOf(bytes), open, checkpoint: undefined };
}

function tornOf(bytes: Buffer): ChainTail["torn"] {
  return { tornBytes: bytes.length, tornSha256: sha256(bytes) };
}

/** Only a checkpoint's line begins with `heads`: keys are sorted, and a newline never stands inside a line. */
function lastCheckpoint(bytes: Buffer): Checkpoint | undefined {
  const at = bytes.lastIndexOf('\n{"heads":');
  const from = at >= 0 ? at + 1 : bytes.indexOf('{"heads":') === 0 ? 0 : -1;
  if (from < 0) return undefined;
  const end = bytes.indexOf(newline, from);
  const record = wholeRecord(bytes.subarray(from, end < 0 ? bytes.length : end));
  if (record?.kind !== "checkpoint") return undefined;
  return { sequence: record.sequence, timeMs: Date.parse(record.time), heads: headsOf(record["heads"]) };
}

function headsOf(value: unknown): Map<string, ChainHead> {
  const heads = new Map<string, ChainHead>();
  for (const [chain, head] of Object.entries(isObject(value) ? value : {})) {
    if (!isChainName(chain) || !isObject(head)) continue;
    const { sequence, sha256: hash } = head;
    if (typeof sequence === "number" && typeof hash === "string") heads.set(chain, { sequence, sha256: hash });
  }
  return heads;
}
