// Python floats by layout. Source: Include/cpython/floatobject.h (the double stands right behind the object's head).

import type { Heap } from "./heap.ts";
import { readTypeOf } from "./type-facts.ts";

/** The value of an exact float; undefined for anything else. */
export function readFloat(heap: Heap, address: number): number | undefined {
  if (readTypeOf(heap, address)?.name !== "float") return undefined;
  return heap.memory.read(address + heap.layout.object.size, 8)?.readDoubleLE(0);
}
