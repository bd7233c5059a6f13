// An end to the reads of one answer, whatever the memory holds: broken or hostile structures can each stay within their own bound and still
// add up to hours. Stands between the readers of a snapshot and the memory.

import type { Memory } from "./memory.ts";

export interface BudgetedMemory extends Memory {
  /** True once a read was refused because the budget was used up. */
  readonly exhausted: boolean;
}

/** A view of `memory` in which at most so many reads are made; every further address is unreadable. */
export function limitReads(memory: Memory, mostReads: number): BudgetedMemory {
  let left = mostReads;
  const spend = (): boolean => {
    left -= 1;
    return left >= 0;
  };
  return {
    read: (address, sizeBytes) => (spend() ? memory.read(address, sizeBytes) : undefined),
    readInto: (target, sizeBytes, address) => spend() && memory.readInto(target, sizeBytes, address),
    get reads() {
      return memory.reads;
    },
    get exhausted() {
      return left < 0;
    },
  };
}
