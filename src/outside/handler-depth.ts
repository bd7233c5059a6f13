// How much of a running frame's value stack is in use for sure: what the innermost active exception handler would keep of it.
// Up to 3.13 the depth of a running frame's stack is not recorded, and slots above its top hold what was there before.
// Sources: PyTryBlock in Include/cpython/frameobject.h (3.8 to 3.10); Objects/exception_handling_notes.txt (3.11 and later).

import { i32, u64 } from "../base/bytes.ts";
import type { Heap } from "./heap.ts";
import { readBytes } from "./strings.ts";

const blockBytes = 12;
const mostBlocks = 20;
const largestTable = 1024 * 1024;

/** Depth that the innermost block of a frame object keeps; `head` is the frame object up to its variables. 0 where there is no block. */
export function blockDepth({ layout }: Heap, head: Buffer): number {
  const count = i32(head, layout.frameObject.blockCount);
  if (count <= 0 || count > mostBlocks) return 0;
  // f_blockstack[CO_MAXBLOCKS] ends where f_localsplus begins; a block is {type, handler, level}.
  const blocks = layout.frameObject.localsPlus - mostBlocks * blockBytes;
  return Math.max(0, i32(head, blocks + (count - 1) * blockBytes + 8));
}

/** Depth that the exception table keeps at the instruction `offset` bytes into the code; 0 where no handler covers it. */
export function handlerDepth(heap: Heap, code: number, offset: number): number {
  // co_exceptiontable stands right before co_flags in every version from 3.11 on.
  const pointer = heap.memory.read(code + heap.layout.code.flags - 8, 8);
  const table = pointer === undefined ? undefined : readBytes(heap, u64(pointer, 0), largestTable);
  const cursor = { at: 0 };
  while (table !== undefined && cursor.at < table.length) {
    const start = nextNumber(table, cursor) * 2;
    const end = start + nextNumber(table, cursor) * 2;
    nextNumber(table, cursor);
    const depth = nextNumber(table, cursor) >> 1;
    if (offset >= start && offset < end) return depth;
    if (start > offset) return 0;
  }
  return 0;
}

// Groups of six bits, highest first; bit 6 says that more follow, bit 7 marks the first byte of an entry.
function nextNumber(table: Buffer, cursor: { at: number }): number {
  let value = 0;
  for (let group = 0; group < 6 && cursor.at < table.length; group += 1) {
    const byte = table[cursor.at] ?? 0;
    cursor.at += 1;
    value = value * 64 + (byte & 63);
    if ((byte & 64) === 0) break;
  }
  return value;
}
