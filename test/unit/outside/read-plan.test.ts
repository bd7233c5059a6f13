// A plan of what to read is a hint: what is found is what the memory holds at that moment, wherever the plan thought it was.

import { expect, it } from "vitest";
import type { Memory } from "../../../src/outside/memory.ts";
import { createReadPlan, PlannedMemory, reviewPlan } from "../../../src/outside/read-plan.ts";

const start = 0x10000;
const pageBytes = 4_096;

/** Pages from `start` on, of which `missing` can't be read. */
class Pages implements Memory {
  reads = 0;
  readonly bytes: Buffer;
  readonly missing = new Set<number>();

  constructor(count: number) {
    this.bytes = Buffer.from(Array.from({ length: count * pageBytes }, (_, index) => Math.floor(index / pageBytes) * 16 + (index % 13)));
  }

  read(address: number, sizeBytes: number): Buffer | undefined {
    const target = Buffer.alloc(sizeBytes);
    return this.readInto(target, sizeBytes, address) ? target : undefined;
  }

  readInto(target: Buffer, sizeBytes: number, address: number): boolean {
    this.reads += 1;
    const offset = address - start;
    if (offset < 0 || offset + sizeBytes > this.bytes.length) return false;
    for (let page = Math.floor(offset / pageBytes); page * pageBytes < offset + sizeBytes; page += 1)
      if (this.missing.has(page)) return false;
    this.bytes.copy(target, 0, offset, offset + sizeBytes);
    return true;
  }
}

// Objects of 100 bytes on four neighbouring pages, the last of them across the end of its page.
const objects = [start + 8, start + pageBytes + 500, start + 2 * pageBytes + 40, start + 3 * pageBytes + 4_050];

function readAll(memory: PlannedMemory): (Buffer | undefined)[] {
  return memory.asStack(() => objects.map((address) => memory.read(address, 100)));
}

function learned(pages: Pages): ReturnType<typeof createReadPlan> {
  const plan = createReadPlan();
  readAll(new PlannedMemory(pages, plan));
  reviewPlan(plan);
  return plan;
}

it("what one stack needed is read at once the next time", () => {
  const pages = new Pages(8);
  const memory = new PlannedMemory(pages, learned(pages));
  pages.reads = 0;
  expect(readAll(memory)).toEqual(objects.map((address) => pages.bytes.subarray(address - start, address - start + 100)));
  expect(pages.reads).toBe(1);
});

it("copies hold until they are forgotten, and no longer", () => {
  const pages = new Pages(8);
  const memory = new PlannedMemory(pages, learned(pages));
  const [before] = readAll(memory);
  pages.bytes.fill(0xaa);
  expect(readAll(memory)[0]).toEqual(before);
  memory.forget();
  expect(readAll(memory).every((bytes) => bytes?.every((byte) => byte === 0xaa))).toBe(true);
});

it("a plan that no longer fits changes nothing in what is found", () => {
  const pages = new Pages(8);
  const plan = learned(pages);
  pages.missing.add(1);
  const memory = new PlannedMemory(pages, plan);
  expect(readAll(memory).map((bytes) => bytes !== undefined)).toEqual([true, false, true, true]);
  expect(memory.read(start + 5 * pageBytes, 64)).toEqual(pages.bytes.subarray(5 * pageBytes, 5 * pageBytes + 64));
  expect(memory.read(start - 64, 64)).toBeUndefined();
});
