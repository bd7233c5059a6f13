// Memory read by whole pages and remembered for one look: many small objects near each other cost one read.
// Only sound where nothing changes meanwhile, which the caller must prove afterwards (gil.ts) or have arranged (pause.ts).

import type { Memory } from "./memory.ts";

// The smallest page of x86-64 and aarch64; a page is readable as a whole or not at all.
const pageBytes = 4_096;

/** A view of `memory` that reads each page once. It must not outlive the look it was made for. */
export function cachePages(memory: Memory): Memory {
  const pages = new Map<number, Buffer | undefined>();
  const page = (start: number): Buffer | undefined => {
    if (!pages.has(start)) pages.set(start, memory.read(start, pageBytes));
    return pages.get(start);
  };
  const read = (address: number, sizeBytes: number): Buffer | undefined => {
    const offset = address % pageBytes;
    const start = address - offset;
    if (offset + sizeBytes <= pageBytes) return page(start)?.subarray(offset, offset + sizeBytes);
    return memory.read(address, sizeBytes);
  };
  return {
    read,
    readInto: (target, sizeBytes, address) => memory.readInto(target, sizeBytes, address),
    get reads() {
      return memory.reads;
    },
  };
}
