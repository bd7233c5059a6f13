// The exception that a thread is handling just now: its type, never its text. Source: struct _err_stackitem (Include/cpython/pystate.h).

import { u64 } from "../base/bytes.ts";
import type { Heap } from "./heap.ts";
import { hasFlag, readTypeOf } from "./type-facts.ts";

const exceptionFlag = 30;
const mostItems = 64;

/** The type's name, or undefined where nothing is being handled. */
export function readHandledException(heap: Heap, threadState: Buffer): string | undefined {
  const { memory, layout } = heap;
  let item = u64(threadState, layout.thread.excInfo);
  for (let step = 0; item !== 0 && step < mostItems; step += 1) {
    const bytes = memory.read(item, layout.exceptionItem.previous + 8);
    if (bytes === undefined) return undefined;
    const value = u64(bytes, layout.exceptionItem.value);
    if (value !== 0 && value !== heap.types.none) {
      const type = readTypeOf(heap, value);
      return type !== undefined && hasFlag(type, exceptionFlag) ? type.name : undefined;
    }
    item = u64(bytes, layout.exceptionItem.previous);
  }
  return undefined;
}
