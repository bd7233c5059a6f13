// Python lists and tuples by layout: the addresses of their items. Source: Include/cpython/listobject.h, tupleobject.h.

import { u64 } from "../base/bytes.ts";
import type { Heap } from "./heap.ts";
import { hasFlag, readTypeOf, typeFlags } from "./type-facts.ts";

/** Items of a list or tuple, at most `limit`; empty for anything else. */
export function readSequence(heap: Heap, address: number, limit: number): number[] {
  const type = readTypeOf(heap, address);
  if (type === undefined) return [];
  const { memory, layout } = heap;
  const head = memory.read(address, layout.list.items + 8);
  if (head === undefined) return [];
  const count = Math.min(u64(head, layout.object.variableSize), limit);
  const isList = hasFlag(type, typeFlags.list);
  if (!isList && !hasFlag(type, typeFlags.tuple)) return [];
  const items = memory.read(isList ? u64(head, layout.list.items) : address + layout.tuple.items, count * 8);
  return items === undefined ? [] : Array.from({ length: count }, (_, index) => u64(items, index * 8));
}
