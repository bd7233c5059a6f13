// One writer and its chain: claims the first free number, goes on where the file ends, appends sealed lines, makes them durable on demand.
// Synchronous, because nothing above look may start before its record is on the disk, and few calls, because every command passes here.

import { closeSync, constants, fstatSync, fsyncSync, lstatSync, openSync, writeSync } from "node:fs";
import { timestamp } from "../base/clock.ts";
import { errnoOf } from "../base/failure.ts";
import type { AuditEntry } from "../protocol/audit.ts";
import { chainFile, chainName, chainsAmong, lockFile, maxChains, sealEntry, type ChainHead } from "./audit-chain.ts";
import { checkpointDue, intervalPassed } from "./audit-checkpoint.ts";
import { openLogDirectory, ownUid, type LogDirectory } from "./audit-directory-open.ts";
import { claimLock, lockState, ownLockText, releaseLock } from "./audit-lock.ts";
import { readTail, type ChainTail, type Checkpoint } from "./audit-tail.ts";
import { unusable } from "./audit-unwritable.ts";

export interface ChainWriter {
  readonly chain: string;
  /** False where the file was moved or removed under the writer: what it appends would be lost. */
  inPlace(): boolean;
  /** Throws what the kernel answers; the writer must then be closed, since only the file tells how much was written. */
  append(entry: AuditEntry, durable: boolean): void;
  /** Gives the chain free. Never throws. */
  close(): void;
}

interface Claiming {
  readonly chain: string;
  readonly lockText: string;
  /** Checkpoints only matter where there are other chains. */
  readonly withCheckpoint: boolean;
}

interface Claim {
  readonly directory: LogDirectory;
  readonly chain: string;
  readonly lockText: string;
  readonly fd: number;
}

interface Place {
  head: ChainHead;
  open: boolean;
  checkpoint: Checkpoint | undefined;
  checkedMs: number;
  directorySynced: boolean;
}

/** Opens the directory, claims a chain and records there what it finds torn. Throws a Failure or what the kernel answers. */
export function openChainWriter(directoryName: string): ChainWriter {
  const directory = openLogDirectory(directoryName);
  try {
    const entries = directory.entries();
    const { claim, tail } = claimChain(directory, entries);
    const place: Place = { head: tail.head, open: tail.open, checkpoint: tail.checkpoint, checkedMs: 0, directorySynced: false };
    try {
      if (tail.torn !== undefined) write(claim, place, { kind: "torn", ...tail.torn });
      writeCheckpoint(claim, place, entries);
    } catch (thrown) {
      release(claim);
      throw thrown;
    }
    return writerOf(claim, place);
  } catch (thrown) {
    directory.close();
    throw thrown;
  }
}

function writerOf(claim: Claim, place: Place): ChainWriter {
  return {
    chain: claim.chain,
    inPlace: () => {
      const found = lstatSync(claim.directory.path(chainFile(claim.chain)), { throwIfNoEntry: false });
      return found !== undefined && found.ino === fstatSync(claim.fd).ino;
    },
    append: (entry, durable) => {
      const nowMs = Date.now();
      const longAgo = Math.abs(nowMs - place.checkedMs) >= 1_000;
      if (longAgo && intervalPassed({ head: place.head, last: place.checkpoint }, nowMs))
        writeCheckpoint(claim, place, claim.directory.entries());
      write(claim, place, entry);
      if (durable) makeDurable(claim, place);
    },
    close: () => {
      release(claim);
      closeQuietly(claim.directory.close);
    },
  };
}

function claimChain(directory: LogDirectory, entries: readonly string[]): { claim: Claim; tail: ChainTail } {
  const taken = new Set(entries);
  const lockText = ownLockText();
  const withCheckpoint = chainsAmong(entries).length > 1;
  for (let number = 1; number <= maxChains; number += 1) {
    const chain = chainName(number);
    if (taken.has(lockFile(chain)) || !claimLock(directory.path(lockFile(chain)), lockText)) continue;
    const opened = openClaimed(directory, { chain, lockText, withCheckpoint });
    if (opened !== undefined) return { claim: { directory, chain, lockText, fd: opened.fd }, tail: opened.tail };
  }
  throw allTaken(directory);
}

/** Undefined where the chain can't be continued: its lock then stays, which retires it and leaves it to `verify` as it is. */
function openClaimed(directory: LogDirectory, { chain, lockText, withCheckpoint }: Claiming): { fd: number; tail: ChainTail } | undefined {
  try {
    const fd = openChainFile(directory.path(chainFile(chain)));
    if (fd === undefined) return undefined;
    const tail = readTail(fd, chain, { withCheckpoint });
    if (tail === undefined) closeSync(fd);
    return tail === undefined ? undefined : { fd, tail };
  } catch (thrown) {
    releaseLock(directory.path(lockFile(chain)), lockText);
    throw thrown;
  }
}

/** A regular file of our own that nobody else may write; O_NONBLOCK so that a FIFO in its place can't hang us (open(2), fifo(7)). */
function openChainFile(path: string): number | undefined {
  const { O_RDWR, O_CREAT, O_APPEND, O_NOFOLLOW, O_NONBLOCK } = constants;
  let fd: number;
  try {
    fd = openSync(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK, 0o600);
  } catch (thrown) {
    if (["ELOOP", "EISDIR", "ENXIO", "EACCES", "EPERM"].includes(errnoOf(thrown) ?? "")) return undefined;
    throw thrown;
  }
  const found = fstatSync(fd);
  if (found.isFile() && found.uid === ownUid() && (found.mode & 0o022) === 0) return fd;
  closeSync(fd);
  return undefined;
}

function writeCheckpoint(claim: Claim, place: Place, entries: readonly string[]): void {
  const nowMs = Date.now();
  place.checkedMs = nowMs;
  const due = checkpointDue({ directory: claim.directory, chain: claim.chain, head: place.head, last: place.checkpoint }, entries, nowMs);
  if (due === undefined) return;
  write(claim, place, due.entry);
  place.checkpoint = { sequence: place.head.sequence, timeMs: nowMs, heads: due.heads };
}

function write(claim: Claim, place: Place, entry: AuditEntry): void {
  const { line, head } = sealEntry(entry, place.head, timestamp());
  const bytes = Buffer.from(`${place.open ? "\n" : ""}${line}\n`);
  for (let done = 0; done < bytes.length;) done += writeSync(claim.fd, bytes, done);
  place.head = head;
  place.open = false;
}

/** The directory too, even when the file is older: whoever created it may not have made its entry durable. */
function makeDurable(claim: Claim, place: Place): void {
  fsyncSync(claim.fd);
  if (!place.directorySynced) claim.directory.sync();
  place.directorySynced = true;
}

function release(claim: Claim): void {
  releaseLock(claim.directory.path(lockFile(claim.chain)), claim.lockText);
  closeQuietly(() => closeSync(claim.fd));
}

/** close(2) frees the descriptor even where it answers an error, and what had to be durable was synced before. */
function closeQuietly(close: () => void): void {
  try {
    close();
  } catch {
    return;
  }
}

function allTaken(directory: LogDirectory): ReturnType<typeof unusable> {
  let left = 0;
  for (let number = 1; number <= maxChains; number += 1) if (lockState(directory.path(lockFile(chainName(number)))) === "left") left += 1;
  const message = `all ${maxChains} chains of the audit log in ${directory.name} are taken, ${left} of them by writers that were killed`;
  return unusable(message, `move ${directory.name} to where it is kept, and a new log begins`);
}
