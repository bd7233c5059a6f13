// The GIL: who holds it, and the counter of its hand-overs, which proves that a thread did not run between two looks.
// Source: Include/internal/pycore_gil.h, Python/ceval_gil.h (3.8 to 3.11), Python/ceval_gil.c (3.12 and later).

import { i32, u64 } from "../base/bytes.ts";
import type { Heap } from "./heap.ts";
import { absent } from "./layout-type.ts";
import { readWord } from "./memory.ts";

export interface Gil {
  /** Thread state that holds it; 0 where nobody does, or where the build runs without it. */
  readonly holder: number;
  /** Thread state that held it last; only this one can have run without the hand-over being counted. */
  readonly lastHolder: number;
  readonly switchNumber: number;
  /** False in a build without the GIL, or with it switched off. */
  readonly enabled: boolean;
}

/** The GIL of an interpreter (from 3.12 on each may have its own); undefined where it can't be read. */
export function readGil(heap: Heap, runtime: number, interpreter: number): Gil | undefined {
  return readGilAt(heap, findGil(heap, runtime, interpreter));
}

/** Where the GIL of an interpreter lies, for as long as the interpreter lives; undefined where that can't be read. */
export function findGil({ memory, layout }: Heap, runtime: number, interpreter: number): number | undefined {
  const shared = layout.runtime.gilLocked !== absent;
  return shared ? runtime + layout.runtime.gilLocked - layout.gil.locked : readWord(memory, interpreter + layout.interpreter.gilPointer);
}

/** The GIL at an address that `findGil` gave. */
export function readGilAt({ memory, layout }: Heap, start: number | undefined): Gil | undefined {
  const offsets = layout.gil;
  const bytes = start === undefined ? undefined : memory.read(start, offsets.switchNumber + 8);
  if (bytes === undefined) return undefined;
  const lastHolder = u64(bytes, offsets.lastHolder);
  const enabled = offsets.enabled === absent || i32(bytes, offsets.enabled) !== 0;
  const locked = i32(bytes, offsets.locked) === 1;
  return { holder: enabled && locked ? lastHolder : 0, lastHolder, switchNumber: u64(bytes, offsets.switchNumber), enabled };
}

/**
 * Whether every change of threads shows in the counter. Up to 3.11 interpreters share one GIL, and PyThreadState_Swap changes from a thread of one
 * to a thread of another without letting go of it.
 */
export function countsEveryHandover({ layout }: Heap, interpreterCount: number): boolean {
  return interpreterCount === 1 || layout.runtime.gilLocked === absent;
}

/** True where the thread at `thread` can't have run Python between the two looks: every hand-over is counted, and it was not the last holder. */
export function stoodStill(before: Gil | undefined, after: Gil | undefined, thread: number): boolean {
  if (before === undefined || after === undefined || !before.enabled || !after.enabled) return false;
  return before.switchNumber === after.switchNumber && before.lastHolder !== thread && after.lastHolder === before.lastHolder;
}

/** A look at the GIL, made again until the answer was the same twice, within a bound. */
export interface GilSight {
  readonly gil: Gil | undefined;
  /** Only then it is sure who the holder of that number was: a look can fall between the two stores of a hand-over. */
  readonly confirmed: boolean;
}

const looksToConfirm = 4;

export function sightGil(heap: Heap, start: number | undefined): GilSight {
  let gil = readGilAt(heap, start);
  for (let look = 1; look < looksToConfirm; look += 1) {
    const again = readGilAt(heap, start);
    if (gil !== undefined && again?.switchNumber === gil.switchNumber && again.lastHolder === gil.lastHolder)
      return { gil: again, confirmed: true };
    gil = again;
  }
  return { gil, confirmed: false };
}

/** Hand-overs between two looks; NaN where the GIL was not read. */
export function handoversBetween(before: GilSight, after: GilSight): number {
  return (after.gil?.switchNumber ?? Number.NaN) - (before.gil?.switchNumber ?? Number.NaN);
}

/** Like `stoodStill`, also where one hand-over fell between the looks: it had two sides, both are known, and `thread` was neither. */
export function stoodAside(before: GilSight, after: GilSight, thread: number): boolean {
  const [first, last] = [before.gil, after.gil];
  if (stoodStill(first, last, thread)) return true;
  if (first?.enabled !== true || last?.enabled !== true || !before.confirmed || !after.confirmed) return false;
  const once = handoversBetween(before, after) === 1 && first.lastHolder !== last.lastHolder;
  return once && first.lastHolder !== thread && last.lastHolder !== thread;
}
