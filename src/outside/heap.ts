// What every reader of objects needs: the target's memory, its version's layout, and the addresses of the types that tell objects apart.

import { u64 } from "../base/bytes.ts";
import type { Layout } from "./layout-type.ts";
import type { Memory } from "./memory.ts";

/** Addresses of CPython's own type objects, from the symbol table; 0 where the build does not export one. */
export interface TypeAddresses {
  readonly type: number;
  readonly code: number;
  readonly string: number;
  readonly dictionary: number;
  readonly coroutine: number;
  readonly generator: number;
  readonly asyncGenerator: number;
  readonly none: number;
}

export interface Heap {
  readonly memory: Memory;
  readonly layout: Layout;
  readonly types: TypeAddresses;
}

/** The type of the object at `address`; undefined where it can't be read. */
export function typeAddressOf({ memory, layout }: Heap, address: number): number | undefined {
  const bytes = memory.read(address + layout.object.type, 8);
  return bytes === undefined ? undefined : u64(bytes, 0);
}

/** A pointer out of a stack slot or a frame of 3.14 and later, whose low bits are tags (Include/internal/pycore_stackref.h). */
export function untagged(layout: Layout, pointer: number): number {
  return layout.minor >= 14 || layout.freeThreaded ? pointer - (pointer % 4) : pointer;
}
