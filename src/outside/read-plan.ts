// Where earlier snapshots found thread states and frames, so that the next copies whole stretches of memory at once: a hint about where to read,
// never about what is there. Stands between the readers of stacks and the memory.

import type { Memory } from "./memory.ts";

interface Stretch {
  readonly start: number;
  readonly bytes: Buffer;
  /** The round in which `bytes` was copied. */
  round: number;
  readable: boolean;
}

export interface ReadPlan {
  stretches: readonly Stretch[];
  /** Pages that were used while the plan was learned, with the number of the stack that used each first; 0 for thread states. */
  readonly pages: Map<number, number>;
  /** Pages whose last object reaches into the next one (3.10 and later allocate small objects in pools of 16 KiB). */
  readonly overlapping: Set<number>;
  stack: number;
  learning: boolean;
  /** Pages that the plan lacked since it was made. */
  missed: number;
  snapshots: number;
  round: number;
  /** How many threads are read between two looks at the GIL (stack-group.ts). */
  groupSize: number;
}

// The smallest page of x86-64 and aarch64; a page is readable as a whole or not at all.
const pageBytes = 4_096;
// Measured: a read costs about 1.3 us and 0.5 us more for each page, so up to two pages that nobody needs cost less than another read.
const widestGapPages = 2;
const longestStretchPages = 16;
const mostPlannedPages = 4_096;
const snapshotsPerPlan = 100;
const firstGroupSize = 2;

export function createReadPlan(): ReadPlan {
  return {
    stretches: [],
    pages: new Map(),
    overlapping: new Set(),
    stack: 0,
    learning: true,
    missed: 0,
    snapshots: 0,
    round: 0,
    groupSize: firstGroupSize,
  };
}

/** To be called after each snapshot: makes the plan of what was learned, and has it learned anew once it no longer fits. */
export function reviewPlan(plan: ReadPlan): void {
  plan.snapshots += 1;
  if (plan.learning) {
    plan.stretches = plan.pages.size <= mostPlannedPages ? stretchesOf(plan) : [];
    Object.assign(plan, { learning: false, missed: 0, snapshots: 0 });
  } else if (plan.snapshots >= snapshotsPerPlan || plan.missed > plan.pages.size) {
    plan.pages.clear();
    plan.overlapping.clear();
    plan.learning = true;
  }
}

// Neighbouring pages of one stack make a stretch; those of two don't, since each stack is also read alone.
function stretchesOf({ pages: used, overlapping }: ReadPlan): Stretch[] {
  const stretches: Stretch[] = [];
  const pages = [...used.keys()].sort((a, b) => a - b);
  let start = pages[0] ?? 0;
  pages.forEach((page, index) => {
    const end = page + pageBytes;
    const next = pages[index + 1];
    const near =
      next !== undefined && next - end <= widestGapPages * pageBytes && next + pageBytes - start <= longestStretchPages * pageBytes;
    if (near && used.get(next) === used.get(page)) return;
    const sizeBytes = end - start + (overlapping.has(page) ? pageBytes : 0);
    stretches.push({ start, bytes: Buffer.allocUnsafeSlow(sizeBytes), round: 0, readable: true });
    start = next ?? end;
  });
  return stretches;
}

/**
 * A view of `memory` that copies what it is asked for by pages, or by planned stretches, and remembers the copies until `forget`.
 * Only sound where nothing changes meanwhile, which the caller must prove afterwards (gil.ts, agreement.ts) or have arranged (pause.ts).
 */
export class PlannedMemory implements Memory {
  /** Where `locate` found what was asked for last. */
  bytes: Buffer = Buffer.alloc(0);
  offset = 0;
  readonly #memory: Memory;
  readonly #plan: ReadPlan;
  readonly #pages = new Map<number, Buffer | undefined>();
  #last: Stretch | undefined;
  #stacks = 0;

  constructor(memory: Memory, plan: ReadPlan) {
    this.#memory = memory;
    this.#plan = plan;
    this.forget();
  }

  get reads(): number {
    return this.#memory.reads;
  }

  /** From here on everything is copied anew. */
  forget(): void {
    this.#plan.round += 1;
    this.#pages.clear();
  }

  /** Runs a reader of one stack, whose pages belong together in the plan. */
  asStack<Found>(reader: () => Found): Found {
    this.#stacks += 1;
    this.#plan.stack = this.#stacks;
    const found = reader();
    this.#plan.stack = 0;
    return found;
  }

  /** Sets `bytes` and `offset`, which are good until the next call; false where not all of it can be read. */
  locate(address: number, sizeBytes: number): boolean {
    const stretch = this.#stretchAt(address, sizeBytes);
    if (stretch !== undefined) {
      this.bytes = stretch.bytes;
      this.offset = address - stretch.start;
      return true;
    }
    const offset = address % pageBytes;
    const bytes = offset + sizeBytes <= pageBytes ? this.#page(address - offset) : this.#apart(address, sizeBytes);
    if (bytes === undefined) return false;
    this.bytes = bytes;
    this.offset = offset + sizeBytes <= pageBytes ? offset : 0;
    return true;
  }

  /** A copy of its own, good for as long as the caller likes. */
  read(address: number, sizeBytes: number): Buffer | undefined {
    if (!this.locate(address, sizeBytes)) return undefined;
    const copy = Buffer.allocUnsafe(sizeBytes);
    this.bytes.copy(copy, 0, this.offset, this.offset + sizeBytes);
    return copy;
  }

  readInto(target: Buffer, sizeBytes: number, address: number): boolean {
    return this.#memory.readInto(target, sizeBytes, address);
  }

  #stretchAt(address: number, sizeBytes: number): Stretch | undefined {
    const last = this.#last;
    const stretch = last !== undefined && address >= last.start && address < last.start + last.bytes.length ? last : this.#find(address);
    if (stretch === undefined || !stretch.readable || address + sizeBytes > stretch.start + stretch.bytes.length) return undefined;
    this.#last = stretch;
    if (stretch.round !== this.#plan.round) {
      stretch.round = this.#plan.round;
      stretch.readable = this.#memory.readInto(stretch.bytes, stretch.bytes.length, stretch.start);
    }
    return stretch.readable ? stretch : undefined;
  }

  #find(address: number): Stretch | undefined {
    if (this.#plan.learning) return undefined;
    const { stretches } = this.#plan;
    let low = 0;
    let high = stretches.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((stretches[middle]?.start ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    const found = stretches[low - 1];
    return found !== undefined && address < found.start + found.bytes.length ? found : undefined;
  }

  #page(start: number): Buffer | undefined {
    const known = this.#pages.get(start);
    if (known !== undefined || this.#pages.has(start)) return known;
    const page = this.#memory.read(start, pageBytes);
    this.#pages.set(start, page);
    if (page !== undefined) this.#note(start);
    return page;
  }

  #apart(address: number, sizeBytes: number): Buffer | undefined {
    if (sizeBytes <= pageBytes) {
      const page = address - (address % pageBytes);
      if (this.#plan.learning) this.#plan.overlapping.add(page);
      this.#note(page);
    }
    return this.#memory.read(address, sizeBytes);
  }

  #note(page: number): void {
    const { learning, pages, stack } = this.#plan;
    if (!learning) this.#plan.missed += 1;
    else if (!pages.has(page)) pages.set(page, stack);
  }
}
