// What an object with slots (or one written in C) points to, by the words of its body: for readers that know a neighbour by its type.

import { u64 } from "../base/bytes.ts";
import type { Heap } from "./heap.ts";

const largestObject = 512;

/** Words behind the object's head that may be addresses; `sizeBytes` is its type's basic size. Whatever is found must be checked for its type. */
export function wordsOf(heap: Heap, address: number, sizeBytes: number): number[] {
  const head = heap.layout.object.size;
  const bytes = sizeBytes > head && sizeBytes <= largestObject ? heap.memory.read(address + head, sizeBytes - head) : undefined;
  if (bytes === undefined) return [];
  const words = Array.from({ length: Math.floor(bytes.length / 8) }, (_, index) => u64(bytes, index * 8));
  return words.filter((word) => word !== 0 && word !== heap.types.none);
}
