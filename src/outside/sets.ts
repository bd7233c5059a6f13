// Python sets by layout: the addresses of their elements. Source: Objects/setobject.c (a table of {key, hash}; hash -1 marks a removed one).

import { i64, u64 } from "../base/bytes.ts";
import type { Heap } from "./heap.ts";

const mostSlots = 2 ** 32;
/** Of a larger table, whose elements were mostly removed, no more is looked through. */
const mostScanned = 1_048_576;
const slotsPerRead = 4_096;

/** Elements of a set, at most `limit`; empty where there is no sound set. */
export function readSet({ memory, layout }: Heap, address: number, limit: number): number[] {
  const head = memory.read(address, layout.set.table + 8);
  if (head === undefined) return [];
  const slots = u64(head, layout.set.mask) + 1;
  const used = u64(head, layout.set.used);
  const table = u64(head, layout.set.table);
  const sound = used < slots && slots <= mostSlots && Number.isInteger(Math.log2(slots));
  // All of the table or nothing: of a broken mask the end of the table is not there.
  if (!sound || memory.read(table + (slots - 1) * 16, 16) === undefined) return [];
  const most = Math.min(limit, used);
  const elements: number[] = [];
  for (let first = 0; first < Math.min(slots, mostScanned) && elements.length < most; first += slotsPerRead) {
    const part = memory.read(table + first * 16, Math.min(slotsPerRead, slots - first) * 16);
    if (part === undefined) return [];
    elements.push(...elementsIn(part));
  }
  return elements.slice(0, most);
}

function elementsIn(table: Buffer): number[] {
  const elements: number[] = [];
  for (let at = 0; at + 16 <= table.length; at += 16) {
    const key = u64(table, at);
    if (key !== 0 && i64(table, at + 8) !== -1) elements.push(key);
  }
  return elements;
}
