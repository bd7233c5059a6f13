// Python str and bytes objects by layout, every storage kind. Source: Include/cpython/unicodeobject.h of each version.

import { u32, u64 } from "../base/bytes.ts";
import type { Heap } from "./heap.ts";

/** Long enough for any path (PATH_MAX 4,096) and any honest name. */
const longestText = 4_096;
// No str is longer than memory; a length beyond is noise.
const longestLength = 2 ** 40;
// One read fetches header and text of nearly every name and path; longer ones cost a second.
const firstReadBytes = 256;

export interface FoundText {
  /** Its beginning, at most as long as was asked for. */
  readonly text: string;
  /** Code points in truth. */
  readonly length: number;
}

/**
 * The text of an exact `str` at `address`, cut at `limit` characters; undefined where there is no sound str:
 * the type, the kind and the length are checked, since memory that was freed in the meantime holds anything.
 */
export function readString(heap: Heap, address: number, limit = longestText): string | undefined {
  const head = readHead(heap, address);
  if (head === undefined || u64(head, heap.layout.object.type) !== heap.types.string) return undefined;
  return parseText(heap, address, head, limit)?.text;
}

/** The text of a str or of an instance of a subclass, whose type the caller has checked. Undefined where it is not sound. */
export function readText(heap: Heap, address: number, limit: number): FoundText | undefined {
  const head = readHead(heap, address);
  return head === undefined ? undefined : parseText(heap, address, head, limit);
}

function readHead({ memory, layout }: Heap, address: number): Buffer | undefined {
  return (
    memory.read(address, firstReadBytes) ??
    memory.read(address, layout.string.compactSize + 8) ??
    memory.read(address, layout.string.asciiSize + 1)
  );
}

function parseText({ memory, layout }: Heap, address: number, head: Buffer, limit: number): FoundText | undefined {
  const { asciiSize, compactSize, length: lengthOffset, state, data } = layout.string;
  const bits = u32(head, state);
  const { kindShift, compactShift, asciiShift } = layout.stringState;
  const kind = (bits >>> kindShift) & 7;
  const length = u64(head, lengthOffset);
  if ((kind !== 1 && kind !== 2 && kind !== 4) || length > longestLength) return undefined;
  const compact = ((bits >>> compactShift) & 1) === 1;
  const ascii = ((bits >>> asciiShift) & 1) === 1;
  if ((ascii && kind !== 1) || (!compact && head.length < data + 8)) return undefined;
  const sizeBytes = Math.min(length, limit) * kind;
  const offset = ascii ? asciiSize : compactSize;
  const start = compact ? address + offset : u64(head, data);
  const inHead = compact && offset + sizeBytes <= head.length;
  const bytes = inHead ? head.subarray(offset, offset + sizeBytes) : memory.read(start, sizeBytes);
  const text = bytes === undefined ? undefined : decode(bytes, kind);
  return text === undefined ? undefined : { text, length };
}

function decode(bytes: Buffer, kind: 1 | 2 | 4): string | undefined {
  if (kind === 1) return bytes.toString("latin1");
  if (kind === 2) return bytes.toString("utf16le");
  const points: number[] = [];
  for (let offset = 0; offset + 4 <= bytes.length; offset += 4) {
    const point = u32(bytes, offset);
    if (point > 0x10ffff) return undefined;
    points.push(point);
  }
  return points.map((point) => String.fromCodePoint(point)).join("");
}

/** The content of a `bytes` object, or undefined where it is not sound or longer than `limit`: line tables and bytecode are useless in part. */
export function readBytes({ memory, layout }: Heap, address: number, limit: number): Buffer | undefined {
  const head = memory.read(address + layout.object.variableSize, 8);
  if (head === undefined) return undefined;
  const size = u64(head, 0);
  return size <= limit ? memory.read(address + layout.bytes.value, size) : undefined;
}
