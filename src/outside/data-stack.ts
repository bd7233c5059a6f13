// A thread's data stack (3.11 and later), copied in as few reads as possible: the frames of plain calls lie in it one behind the other.
// Source: _PyStackChunk in Include/cpython/pystate.h, push_chunk in Python/pystate.c.

import { u64 } from "../base/bytes.ts";
import type { Heap } from "./heap.ts";
import type { Layout } from "./layout-type.ts";

/** One chunk, copied: `bytes` begins at `start`. */
export interface Chunk {
  readonly start: number;
  readonly bytes: Buffer;
}

// DATA_STACK_CHUNK_SIZE of Python/pystate.c; larger ones exist for single large frames.
const usualChunkBytes = 16 * 1024;
const largestChunkBytes = 16 * 1024 * 1024;
// 100,000 frames of the smallest size fill some 600 chunks.
const mostChunks = 4_096;
// How far above the top of the stack calls are followed that began since the thread state was read.
const lookAheadBytes = 2 * 1024;

// The copy of the innermost chunk, used again for each stack: its frames are taken out of it before the next is read.
const topChunk = Buffer.allocUnsafe(usualChunkBytes + lookAheadBytes);

/** The chunks of a thread, innermost first; undefined where one can't be read. The first ends a little above the top of the stack. */
export function readDataStack(heap: Heap, threadState: Buffer): Chunk[] | undefined {
  const { thread, chunk } = heap.layout;
  const first = u64(threadState, thread.dataStackChunk);
  const top = u64(threadState, thread.dataStackTop);
  const limit = u64(threadState, thread.dataStackLimit);
  if (first === 0) return [];
  const size = Math.min(top + lookAheadBytes, limit) - first;
  if (!(top >= first && size > 0 && size <= largestChunkBytes)) return undefined;
  const bytes = size <= topChunk.length ? topChunk.subarray(0, size) : Buffer.allocUnsafe(size);
  if (!heap.memory.readInto(bytes, size, first)) return undefined;
  const chunks: Chunk[] = [{ start: first, bytes }];
  let previous = u64(bytes, chunk.previous);
  while (previous !== 0) {
    const below = chunks.length < mostChunks ? readWholeChunk(heap, previous) : undefined;
    if (below === undefined) return undefined;
    chunks.push(below);
    previous = u64(below.bytes, chunk.previous);
  }
  return chunks;
}

function readWholeChunk(heap: Heap, start: number): Chunk | undefined {
  const bytes = heap.memory.read(start, usualChunkBytes);
  if (bytes === undefined) return undefined;
  const size = u64(bytes, heap.layout.chunk.size);
  if (size <= usualChunkBytes) return { start, bytes };
  const whole = size <= largestChunkBytes ? heap.memory.read(start, size) : undefined;
  return whole === undefined ? undefined : { start, bytes: whole };
}

/** Where an address lies in the copied chunks, with room for `sizeBytes`; undefined for frames elsewhere (generators, C stack). */
export function findInChunks(chunks: readonly Chunk[], address: number, sizeBytes: number): { bytes: Buffer; offset: number } | undefined {
  for (const { start, bytes } of chunks) {
    const offset = address - start;
    if (offset >= 0 && offset + sizeBytes <= bytes.length) return { bytes, offset };
  }
  return undefined;
}

/** Where a thread's first frame lies: at the bottom of its oldest chunk, which keeps one word free (push_chunk); undefined before the first. */
export function bottomOf(chunks: readonly Chunk[], { chunk }: Layout): number | undefined {
  const oldest = chunks.at(-1);
  return oldest === undefined ? undefined : oldest.start + chunk.data + 8;
}
