// A checkpoint tells one chain how far the others had come, so that a cut or a rewrite of one of them shows in another.
// Written rarely and read cheaply: a one-shot command must not feel it.

import { closeSync, constants, fstatSync, lstatSync, openSync } from "node:fs";
import type { AuditEntry } from "../protocol/audit.ts";
import { chainFile, chainsAmong, lockFile, type ChainHead } from "./audit-chain.ts";
import type { LogDirectory } from "./audit-directory-open.ts";
import { lockState } from "./audit-lock.ts";
import { readTail, type Checkpoint } from "./audit-tail.ts";

const everyRecords = 100;
const everyMs = 3_600_000;

/** Most chains that one checkpoint names; where there are more, the next one goes on behind it. */
const maxHeads = 64;

export interface ChainState {
  readonly directory: LogDirectory;
  readonly chain: string;
  readonly head: ChainHead;
  readonly last: Checkpoint | undefined;
}

/** True where enough was written or enough time has passed since the last checkpoint; costs nothing. */
export function intervalPassed({ head, last }: Pick<ChainState, "head" | "last">, nowMs: number): boolean {
  return last === undefined || head.sequence - last.sequence >= everyRecords || Math.abs(nowMs - last.timeMs) >= everyMs;
}

/**
 * The checkpoint that this chain should now take, or undefined where none is due or no other chain has moved.
 * A last checkpoint further back than the 64 KiB that a writer reads counts as none: then one is repeated, which costs a line in 64 KiB.
 */
export function checkpointDue(
  state: ChainState,
  entries: readonly string[],
  nowMs: number,
): { entry: AuditEntry; heads: Map<string, ChainHead> } | undefined {
  const others = chainsAmong(entries).filter((chain) => chain !== state.chain);
  if (others.length === 0) return undefined;
  if (!intervalPassed(state, nowMs) && !someNewOrRetired(state, others)) return undefined;
  const heads = new Map<string, ChainHead>();
  for (const chain of windowAfter(others, state.last)) {
    const head = headOf(state, chain);
    if (head !== undefined) heads.set(chain, head);
  }
  if (![...heads].some(([chain, head]) => state.last?.heads.get(chain)?.sha256 !== head.sha256)) return undefined;
  return { entry: { kind: "checkpoint", heads: Object.fromEntries(heads) }, heads };
}

/** A chain that the last checkpoint did not know, or one that moved since and whose writer is gone: its end is final, and nothing else guards it. */
function someNewOrRetired(state: ChainState, others: readonly string[]): boolean {
  if (others.length > maxHeads) return false;
  return others.some((chain) => {
    if (state.last?.heads.has(chain) !== true) return true;
    return movedSince(state, chain) && lockState(state.directory.path(lockFile(chain))) === "left";
  });
}

function windowAfter(others: readonly string[], last: Checkpoint | undefined): readonly string[] {
  if (others.length <= maxHeads) return others;
  const behind = [...(last?.heads.keys() ?? [])].at(-1) ?? "";
  const from = Math.max(
    0,
    others.findIndex((chain) => chain > behind),
  );
  return [...others.slice(from), ...others.slice(0, from)].slice(0, maxHeads);
}

function headOf(state: ChainState, chain: string): ChainHead | undefined {
  const known = state.last?.heads.get(chain);
  return known !== undefined && !movedSince(state, chain) ? known : readHead(state.directory.path(chainFile(chain)), chain);
}

/** By the file's time: it can be forged, but then only delays a checkpoint. A second of slack covers the granularity of file times. */
function movedSince({ directory, last }: ChainState, chain: string): boolean {
  const found = lstatSync(directory.path(chainFile(chain)), { throwIfNoEntry: false });
  return last === undefined || found === undefined || found.mtimeMs > last.timeMs - 1_000;
}

/** The last whole record; undefined where there is none or the file can't be read, which is for `verify` to judge. */
function readHead(path: string, chain: string): ChainHead | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const head = fstatSync(fd).isFile() ? readTail(fd, chain, { withCheckpoint: false })?.head : undefined;
    return head === undefined || head.sequence === 0 ? undefined : head;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
