// From a future that a task waits for to the tasks behind it: the children of a gather, the inner one of a shield, and so on through both.
// Source: Lib/asyncio/tasks.py (_GatheringFuture, shield), FutureObj of Modules/_asynciomodule.c, Include/cpython/funcobject.h of 3.8 to 3.13.

import { u64 } from "../base/bytes.ts";
import { type CodeCache, readCode } from "./code.ts";
import { readAttribute } from "./dictionary.ts";
import type { Heap } from "./heap.ts";
import { absent } from "./layout-type.ts";
import { readWord } from "./memory.ts";
import { readSequence } from "./sequences.ts";
import { readTypeOf } from "./type-facts.ts";

export interface FutureReading {
  readonly heap: Heap;
  readonly codes: CodeCache;
  /** Addresses of all tasks: where one is met, the way ends. */
  readonly tasks: ReadonlySet<number>;
}

const mostFutures = 10_000;
// shield's callback closes over two names: the inner callback and the inner future.
const mostCells = 4;

/** The tasks among `futures` and behind them, each once; at most 10,000 futures are followed. */
export function tasksBehind(reading: FutureReading, futures: readonly number[]): number[] {
  const found = new Set<number>();
  const seen = new Set(futures);
  // A set is walked in the order of insertion, what is added on the way included.
  for (const future of seen) {
    if (reading.tasks.has(future)) found.add(future);
    else if (seen.size < mostFutures) for (const next of waitedOn(reading, future)) seen.add(next);
  }
  return [...found];
}

function waitedOn(reading: FutureReading, future: number): readonly number[] {
  const type = readTypeOf(reading.heap, future)?.name;
  if (type === "_GatheringFuture") {
    const children = readAttribute(reading.heap, future, "_children");
    return children === undefined ? [] : readSequence(reading.heap, children, mostFutures);
  }
  // From 3.14 on the inner task itself knows who awaits it.
  const told = reading.heap.layout.task.awaitedBy !== absent;
  return type === "_asyncio.Future" && !told ? shieldedBy(reading, future) : [];
}

// The outer future of a shield has shield's own callback as its first, which closes over the inner future.
function shieldedBy({ heap, codes }: FutureReading, outer: number): readonly number[] {
  const { memory, layout } = heap;
  const callback = readWord(memory, outer + layout.task.loop + 8) ?? 0;
  if (callback === 0 || readTypeOf(heap, callback)?.name !== "function") return [];
  const header = layout.object.size;
  const function_ = memory.read(callback, header + 64);
  const code = function_ === undefined ? undefined : readCode(heap, codes, u64(function_, header + (layout.minor >= 10 ? 32 : 0)));
  if (function_ === undefined || code === undefined || !isShieldCallback(code)) return [];
  const closure = u64(function_, header + (layout.minor >= 10 ? 56 : 32));
  const contents = readSequence(heap, closure, mostCells).map((cell) => readWord(memory, cell + header) ?? 0);
  return contents.filter((content) => content !== 0);
}

function isShieldCallback({ function: name, file }: { readonly function: string; readonly file: string }): boolean {
  return /(^|\.)_outer_done_callback$/.test(name) && file.endsWith("asyncio/tasks.py");
}
