// The form of the audit log: names of chain files, and one line as canonical JSON that carries the hash of the line before.
// Pure; the writer seals lines with it, the reader checks them with it.

import { hash } from "node:crypto";
import { canonicalJson } from "../base/canonical-json.ts";
import type { AuditEntry } from "../protocol/audit.ts";

/** Chains are numbered from 1 to this; each is one file and one lock. */
export const maxChains = 9_999;

/** The longest line, and the longest torn stretch, that a reader takes for one; what a writer writes stays below 160 KiB. */
export const maxLineBytes = 1_048_576;

const chainFilePattern = /^(chain-\d{4})\.jsonl$/;
const chainNamePattern = /^chain-\d{4}$/;

export function chainName(number: number): string {
  return `chain-${String(number).padStart(4, "0")}`;
}

export function chainFile(name: string): string {
  return `${name}.jsonl`;
}

export function lockFile(name: string): string {
  return `${name}.lock`;
}

/** The names of the chains among a directory's entries, in order. */
export function chainsAmong(entries: Iterable<string>): string[] {
  const names = [...entries].flatMap((entry) => chainFilePattern.exec(entry)?.[1] ?? []);
  return names.sort();
}

export function isChainName(text: string): boolean {
  return chainNamePattern.test(text);
}

/** The last record of a chain: its number, and the SHA-256 of its line without the newline, in hexadecimal. */
export interface ChainHead {
  readonly sequence: number;
  readonly sha256: string;
}

/** Where a chain begins: the first line's `previous` is the hash of the chain's name, so that a file can't pass for another one. */
export function chainStart(name: string): ChainHead {
  return { sequence: 0, sha256: sha256(name) };
}

export function sha256(data: string | Uint8Array): string {
  return hash("sha256", data, "hex");
}

/** An entry as the next line of a chain (without its newline), and the chain's new head. */
export function sealEntry(entry: AuditEntry, after: ChainHead, time: string): { line: string; head: ChainHead } {
  const sequence = after.sequence + 1;
  const line = canonicalJson({ ...entry, sequence, time, previous: after.sha256 });
  return { line, head: { sequence, sha256: sha256(line) } };
}

/** The fields that every record has. */
export interface RecordFacts {
  readonly sequence: number;
  readonly previous: string;
  readonly kind: string;
  readonly time: string;
}

/**
 * A line that was written whole, as far as its own bytes tell; undefined for anything else.
 * No beginning of a JSON object is itself a JSON object, so a torn line never passes.
 */
export function wholeRecord(bytes: Buffer): (RecordFacts & Record<string, unknown>) | undefined {
  const value = parseObject(bytes.toString("utf8"));
  if (value === undefined) return undefined;
  const { sequence, previous, kind, time } = value;
  if (typeof sequence !== "number" || !Number.isSafeInteger(sequence) || sequence < 1) return undefined;
  if (typeof previous !== "string" || typeof kind !== "string" || typeof time !== "string") return undefined;
  return { ...value, sequence, previous, kind, time };
}

/** A JSON object out of text; undefined for anything else. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
