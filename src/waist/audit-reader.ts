// Read access to the audit log for the `audit` commands: the newest records of all chains in order of time, and the check of the whole.

import { readdir } from "node:fs/promises";
import { errnoOf } from "../base/failure.ts";
import type { AuditReader, AuditRecord, PlacedAuditRecord } from "../protocol/audit.ts";
import { chainFile, chainsAmong, wholeRecord } from "./audit-chain.ts";
import { linesOf, openChainToRead, unreadable } from "./audit-lines.ts";
import { verifyLog, type LogVerification } from "./audit-verify.ts";
import { isAuditRecord } from "./audit-walk.ts";

/** Most requests of one chain whose end is still awaited while records are filtered. */
const maxAwaited = 10_000;

export interface ListOptions {
  readonly limit: number;
  readonly command?: string;
  readonly user?: string;
  /** A moment in milliseconds since 1970: older records are left out. */
  readonly sinceMs?: number;
  readonly signal?: AbortSignal;
}

/** The protocol's reader; a signal can be given to end a long read. */
export interface LogReader extends AuditReader {
  list(options: ListOptions): Promise<{ records: PlacedAuditRecord[]; total: number }>;
  verify(options?: { readonly signal?: AbortSignal }): Promise<LogVerification>;
}

/** Opens nothing yet. A directory that does not exist is a log without chains; one that can't be read throws a Failure. */
export function openAuditReader({ directory }: { directory: string }): LogReader {
  return {
    directory,
    list: (options) => list(directory, options),
    verify: async (options) => verifyLog({ directory, chains: await chainsIn(directory), signal: options?.signal }),
  };
}

async function chainsIn(directory: string): Promise<string[]> {
  try {
    return chainsAmong(await readdir(directory));
  } catch (thrown) {
    if (errnoOf(thrown) === "ENOENT") return [];
    throw unreadable(directory, thrown);
  }
}

async function list(directory: string, options: ListOptions): Promise<{ records: PlacedAuditRecord[]; total: number }> {
  let records: PlacedAuditRecord[] = [];
  let total = 0;
  for (const chain of await chainsIn(directory)) {
    for await (const record of recordsOf(directory, chain, options)) {
      total += 1;
      records.push({ chain, record });
      if (records.length >= 2 * options.limit + 1_000) records = newest(records, options.limit);
    }
  }
  return { records: newest(records, options.limit), total };
}

function newest(records: PlacedAuditRecord[], limit: number): PlacedAuditRecord[] {
  const inOrder = records.sort(
    (a, b) => compare(a.record.time, b.record.time) || compare(a.chain, b.chain) || a.record.sequence - b.record.sequence,
  );
  return limit <= 0 ? [] : inOrder.slice(-limit);
}

/** By code units: times are ISO 8601 in UTC, all of one length. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function* recordsOf(directory: string, chain: string, options: ListOptions): AsyncGenerator<AuditRecord> {
  const opened = await openChainToRead(`${directory}/${chainFile(chain)}`);
  if ("problem" in opened) return;
  const fits = filterOf(options);
  for await (const { bytes } of linesOf(opened, options.signal)) {
    const value = bytes === undefined ? undefined : wholeRecord(bytes);
    if (value !== undefined && isAuditRecord(value) && fits(value)) yield value;
  }
}

/** An `ended` record names neither command nor user: it fits where the request that it ends did. */
function filterOf({ command, user, sinceMs }: ListOptions): (record: AuditRecord) => boolean {
  const awaited = new Set<string>();
  const byContent = (record: AuditRecord): boolean => {
    if (command === undefined && user === undefined) return true;
    if (record.kind === "ended") return awaited.delete(record.request);
    if (record.kind !== "began" && record.kind !== "refused") return false;
    if ((command !== undefined && record.command !== command) || (user !== undefined && record.user !== user)) return false;
    if (record.kind === "began") awaitEnd(awaited, record.request);
    return true;
  };
  return (record) => byContent(record) && (sinceMs === undefined || Date.parse(record.time) >= sinceMs);
}

function awaitEnd(awaited: Set<string>, request: string): void {
  awaited.add(request);
  const [oldest] = awaited;
  if (awaited.size > maxAwaited && oldest !== undefined) awaited.delete(oldest);
}
