// Symbols of a mapped ELF file, read from its image in memory (program headers, dynamic section, GNU hash), not from disk:
// so replaced, unlinked or namespaced files need no special case. Source: gABI chapter 5, and binutils' .gnu.hash layout.

import { u32, u64, zeroTerminated } from "../base/bytes.ts";
import type { Memory } from "./memory.ts";

export interface ElfImage {
  /** What is added to an address in the file to get one in memory. */
  readonly bias: number;
  /** EM_X86_64 is 62, EM_AARCH64 is 183. */
  readonly machine: number;
  readonly segments: readonly Segment[];
  readonly dynamic: ReadonlyMap<number, number>;
}

interface Segment {
  readonly type: number;
  readonly address: number;
  readonly memorySize: number;
  readonly writable: boolean;
}

const loadSegment = 1;
const dynamicSegment = 2;
const tag = { hash: 4, stringTable: 5, symbolTable: 6, stringSize: 10, gnuHash: 0x6ffffef5 } as const;
const symbolSize = 24;
const mostSegments = 64;
const mostDynamicEntries = 512;
// A chain of one bucket is a handful of symbols; this bound only ends a corrupt table.
const longestChain = 4_096;

/** The image whose first page is mapped at `start`; undefined where there is no 64-bit little-endian ELF header or it can't be read. */
export function readElfImage(memory: Memory, start: number): ElfImage | undefined {
  const header = memory.read(start, 64);
  // e_ident: magic, class 2 (64-bit), data 1 (little-endian).
  if (header === undefined || header.readUInt32BE(0) !== 0x7f454c46 || header[4] !== 2 || header[5] !== 1) return undefined;
  const segments = readSegments(memory, start + u64(header, 32), Math.min(header.readUInt16LE(56), mostSegments));
  const first = segments.find((segment) => segment.type === loadSegment);
  if (first === undefined) return undefined;
  const bias = start - first.address;
  const dynamic = segments.find((segment) => segment.type === dynamicSegment);
  return {
    bias,
    machine: header.readUInt16LE(18),
    segments,
    dynamic: dynamic === undefined ? new Map() : readDynamic(memory, bias + dynamic.address, dynamic.memorySize),
  };
}

function readSegments(memory: Memory, address: number, count: number): Segment[] {
  const bytes = memory.read(address, count * 56);
  if (bytes === undefined) return [];
  return Array.from({ length: count }, (_, index) => ({
    type: u32(bytes, index * 56),
    writable: (u32(bytes, index * 56 + 4) & 2) !== 0,
    address: u64(bytes, index * 56 + 16),
    memorySize: u64(bytes, index * 56 + 40),
  }));
}

function readDynamic(memory: Memory, address: number, sizeBytes: number): Map<number, number> {
  const entries = new Map<number, number>();
  const count = Math.min(Math.floor(sizeBytes / 16), mostDynamicEntries);
  const bytes = memory.read(address, count * 16);
  for (let index = 0; bytes !== undefined && index < count; index += 1) {
    const entryTag = u64(bytes, index * 16);
    if (entryTag === 0) break;
    entries.set(entryTag, u64(bytes, index * 16 + 8));
  }
  return entries;
}

/** The address in memory of an exported symbol, or undefined where the image does not define it. */
export function findSymbol(memory: Memory, image: ElfImage, name: string): number | undefined {
  const strings = dynamicAddress(image, tag.stringTable);
  const symbols = dynamicAddress(image, tag.symbolTable);
  if (strings === undefined || symbols === undefined) return undefined;
  for (const index of candidates(memory, image, name)) {
    const symbol = memory.read(symbols + index * symbolSize, symbolSize);
    if (symbol === undefined || symbol.readUInt16LE(6) === 0) continue;
    const spelled = memory.read(strings + u32(symbol, 0), name.length + 1);
    if (spelled !== undefined && zeroTerminated(spelled) === name) return image.bias + u64(symbol, 8);
  }
  return undefined;
}

// glibc's loader writes the relocated address into the dynamic section in place, musl's leaves the file's: told apart by size.
function dynamicAddress(image: ElfImage, which: number): number | undefined {
  const value = image.dynamic.get(which);
  if (value === undefined) return undefined;
  return value < image.bias ? value + image.bias : value;
}

function* candidates(memory: Memory, image: ElfImage, name: string): Generator<number> {
  const gnu = dynamicAddress(image, tag.gnuHash);
  if (gnu !== undefined) return yield* gnuCandidates(memory, gnu, gnuHash(name));
  const classic = dynamicAddress(image, tag.hash);
  if (classic !== undefined) yield* classicCandidates(memory, classic, classicHash(name));
}

function* gnuCandidates(memory: Memory, table: number, hash: number): Generator<number> {
  const header = memory.read(table, 16);
  if (header === undefined) return;
  const bucketCount = u32(header, 0);
  const firstIndex = u32(header, 4);
  if (bucketCount === 0) return;
  const buckets = table + 16 + u32(header, 8) * 8;
  const bucket = memory.read(buckets + (hash % bucketCount) * 4, 4);
  if (bucket === undefined) return;
  const chains = buckets + bucketCount * 4;
  let index = u32(bucket, 0);
  for (let step = 0; index >= firstIndex && step < longestChain; step += 1, index += 1) {
    const link = memory.read(chains + (index - firstIndex) * 4, 4);
    if (link === undefined) return;
    if ((u32(link, 0) | 1) === (hash | 1)) yield index;
    if ((u32(link, 0) & 1) === 1) return;
  }
}

function* classicCandidates(memory: Memory, table: number, hash: number): Generator<number> {
  const header = memory.read(table, 8);
  if (header === undefined || u32(header, 0) === 0) return;
  const bucketCount = u32(header, 0);
  const chains = table + 8 + bucketCount * 4;
  let entry = memory.read(table + 8 + (hash % bucketCount) * 4, 4);
  for (let step = 0; entry !== undefined && u32(entry, 0) !== 0 && step < longestChain; step += 1) {
    yield u32(entry, 0);
    entry = memory.read(chains + u32(entry, 0) * 4, 4);
  }
}

function gnuHash(name: string): number {
  let hash = 5381;
  for (let index = 0; index < name.length; index += 1) hash = (Math.imul(hash, 33) + name.charCodeAt(index)) >>> 0;
  return hash;
}

function classicHash(name: string): number {
  let hash = 0;
  for (let index = 0; index < name.length; index += 1) {
    hash = ((hash << 4) + name.charCodeAt(index)) >>> 0;
    const high = hash & 0xf0000000;
    hash = (hash ^ (high >>> 24) ^ high) >>> 0;
  }
  return hash;
}
