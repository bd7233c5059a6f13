// The beginning of a bytes or bytearray object, with its true size. Source: Include/cpython/bytesobject.h, bytearrayobject.h.

import { u64 } from "../../base/bytes.ts";
import type { Heap } from "../heap.ts";
import { readWord } from "../memory.ts";

export interface ByteRange {
  readonly bytes: Buffer;
  readonly sizeBytes: number;
}

const largestSize = 2 ** 40;

/** Of a bytes object whose type was checked, at most `limit` bytes. */
export function readByteRange(heap: Heap, address: number, limit: number): ByteRange | undefined {
  return readRange(heap, address, limit, address + heap.layout.bytes.value);
}

/** The same of a bytearray. */
export function readByteArrayRange(heap: Heap, address: number, limit: number): ByteRange | undefined {
  return readRange(heap, address, limit, readWord(heap.memory, address + heap.layout.byteArray.start) ?? 0);
}

function readRange({ memory, layout }: Heap, address: number, limit: number, start: number): ByteRange | undefined {
  const head = memory.read(address + layout.object.variableSize, 8);
  const sizeBytes = head === undefined ? largestSize : u64(head, 0);
  if (sizeBytes >= largestSize) return undefined;
  if (sizeBytes === 0) return { bytes: Buffer.alloc(0), sizeBytes };
  const bytes = memory.read(start, Math.min(sizeBytes, limit));
  return bytes === undefined ? undefined : { bytes, sizeBytes };
}
