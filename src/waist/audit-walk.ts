// One chain checked from its first line to its last: each record follows the one before, and nothing else stands between them.

import { createHash, type Hash } from "node:crypto";
import { canonicalJson } from "../base/canonical-json.ts";
import { auditRecordSchema, type AuditRecord } from "../protocol/audit.ts";
import { chainStart, parseObject, sha256, type ChainHead } from "./audit-chain.ts";
import type { ChainLine } from "./audit-lines.ts";

/** Lines that are no records, as one stretch: torn if a torn record that fits follows, or if they end the file without a newline. */
interface Stretch {
  readonly firstLine: number;
  readonly hash: Hash;
  sizeBytes: number;
}

export interface ChainWalk {
  readonly chain: string;
  head: ChainHead;
  line: number;
  stretch: Stretch | undefined;
  /** After lines that are no records the next record's link can't be judged. */
  linkUnknown: boolean;
  terminated: boolean;
  tornLines: number;
  problem(line: number, message: string): void;
}

export function startWalk(chain: string, problem: ChainWalk["problem"]): ChainWalk {
  return { chain, head: chainStart(chain), line: 0, stretch: undefined, linkUnknown: false, terminated: true, tornLines: 0, problem };
}

/** Takes the next line; gives the record that stands on it, if it is one. */
export function walkLine(walk: ChainWalk, { bytes, terminated }: ChainLine): AuditRecord | undefined {
  walk.line += 1;
  walk.terminated = terminated;
  const record = bytes === undefined ? undefined : auditRecordOf(bytes);
  if (bytes === undefined || record === undefined) {
    extendStretch(walk, bytes);
    return undefined;
  }
  if (record.kind === "torn") checkTorn(walk, record);
  else closeStretch(walk);
  checkLink(walk, record);
  walk.head = { sequence: record.sequence, sha256: sha256(bytes) };
  return record;
}

/** What is left at the end: true where the last line is torn and no writer has recorded that yet. */
export function endWalk(walk: ChainWalk): boolean {
  if (walk.stretch === undefined) return false;
  if (walk.terminated) {
    closeStretch(walk);
    return false;
  }
  walk.tornLines += 1;
  return true;
}

/** A record in its canonical form, with whatever fields a later version adds; undefined for any other line. */
export function auditRecordOf(bytes: Buffer): AuditRecord | undefined {
  const value = parseObject(bytes.toString("utf8"));
  if (value === undefined || !isAuditRecord(value)) return undefined;
  return Buffer.from(canonicalJson(value)).equals(bytes) ? value : undefined;
}

export function isAuditRecord(value: unknown): value is AuditRecord {
  return auditRecordSchema().safeParse(value).success;
}

function extendStretch(walk: ChainWalk, bytes: Buffer | undefined): void {
  const stretch = walk.stretch ?? { firstLine: walk.line, hash: createHash("sha256"), sizeBytes: 0 };
  if (walk.stretch !== undefined) add(stretch, Buffer.from("\n"));
  // A line that is too long to be torn: its bytes are not at hand, and no torn record can fit it.
  if (bytes === undefined) stretch.sizeBytes = Number.POSITIVE_INFINITY;
  else add(stretch, bytes);
  walk.stretch = stretch;
}

function add(stretch: Stretch, bytes: Buffer): void {
  stretch.hash.update(bytes);
  stretch.sizeBytes += bytes.length;
}

function closeStretch(walk: ChainWalk): void {
  if (walk.stretch === undefined) return;
  walk.problem(walk.stretch.firstLine, "is no whole record, and no torn record accounts for it: it was edited, or put there");
  walk.stretch = undefined;
  walk.linkUnknown = true;
}

function checkTorn(walk: ChainWalk, record: AuditRecord & { kind: "torn" }): void {
  const { stretch } = walk;
  if (stretch === undefined) return walk.problem(walk.line, "records a torn line, and there is none before it: it was removed");
  if (stretch.sizeBytes !== record.tornBytes || stretch.hash.digest("hex") !== record.tornSha256) {
    walk.problem(stretch.firstLine, "is a torn line that was edited after it was recorded as torn");
  } else walk.tornLines += 1;
  walk.stretch = undefined;
}

function checkLink(walk: ChainWalk, record: AuditRecord): void {
  const { head, line, linkUnknown } = walk;
  walk.linkUnknown = false;
  if (linkUnknown || (record.sequence === head.sequence + 1 && record.previous === head.sha256)) return;
  walk.problem(line, linkBroken(record.sequence, head.sequence));
}

function linkBroken(sequence: number, before: number): string {
  if (sequence === before + 1) {
    return before === 0
      ? "the first record does not begin this chain: it was edited, or comes from another one"
      : `record ${sequence} does not carry the hash of record ${before}: one of the two was edited`;
  }
  if (sequence <= before) return `record ${sequence} stands after record ${before}: lines were moved or repeated`;
  return `record ${sequence} follows record ${before}: what stood between them was removed or moved`;
}
