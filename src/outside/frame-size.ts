// How many words a frame of 3.11 and later fills: its own fields, its variables, the deepest value stack.
// Source: FRAME_SPECIALS_SIZE and co_framesize in Include/internal/pycore_frame.h, Include/cpython/code.h; 3.11 does not store the sum.

import { i32 } from "../base/bytes.ts";
import type { Heap } from "./heap.ts";
import { absent } from "./layout-type.ts";

/** Words from the start of the frame to its end; undefined where the code object can't be read or says nonsense. */
export function readFrameWords({ memory, layout }: Heap, code: number): number | undefined {
  const head = memory.read(code, layout.code.size);
  if (head === undefined) return undefined;
  const stored = layout.code.frameSize !== absent;
  const words = stored
    ? i32(head, layout.code.frameSize)
    : i32(head, layout.code.variableCount) + i32(head, layout.code.stackSize) + layout.frame.localsPlus / 8;
  return words > 0 && words < 1_048_576 ? words : undefined;
}
