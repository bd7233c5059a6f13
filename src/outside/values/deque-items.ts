// The items of a collections.deque, from its chain of blocks. Source: Modules/_collectionsmodule.c (dequeobject, block), the same from 3.8 to 3.15.

import { u64 } from "../../base/bytes.ts";
import type { Heap } from "../heap.ts";

const itemsPerBlock = 64;

/** The first `count` items; fewer where the chain does not hold together. */
export function readDequeItems({ memory, layout }: Heap, address: number, count: number): number[] {
  // Behind the head with its size: leftblock, rightblock, leftindex.
  const head = memory.read(address + layout.object.variableSize + 8, 24);
  if (head === undefined) return [];
  const items: number[] = [];
  let block = u64(head, 0);
  let index = u64(head, 16);
  while (items.length < count) {
    // leftlink, 64 items, rightlink
    const bytes = memory.read(block, (itemsPerBlock + 2) * 8);
    if (bytes === undefined || index >= itemsPerBlock) return items;
    for (; index < itemsPerBlock && items.length < count; index += 1) items.push(u64(bytes, 8 + index * 8));
    block = u64(bytes, 8 + itemsPerBlock * 8);
    index = 0;
  }
  return items;
}
