// What one capture may still take: bytes of its answer and time. Asked before every value that is read.

import { monotonicMs } from "../../base/clock.ts";
import type { CaptureLimits } from "../../stacks/value.ts";

export interface Budget {
  /** Undefined while there is room for more of the current part; else the limit that was reached. */
  full(): "size" | "time" | undefined;
  /** Counts what was put into the answer. */
  take(sizeBytes: number): void;
  /** Begins a part that may take `1 / parts` of what is left, so that the first of several does not leave the others without. */
  begin(parts: number): void;
  /** What the current part has taken, and the limit that it reached. */
  readonly part: { readonly sizeBytes: number; readonly reached: "size" | "time" | undefined };
  /** Gives back what a part took that is left out of the answer after all. */
  giveBack(sizeBytes: number): void;
}

export function createBudget({ sizeBytes, durationMs }: Pick<CaptureLimits, "sizeBytes" | "durationMs">): Budget {
  const deadlineMs = monotonicMs() + durationMs;
  let taken = 0;
  let started = 0;
  let allowed = sizeBytes;
  let reached: "size" | "time" | undefined;
  return {
    full: () => {
      const limit = taken >= allowed ? "size" : monotonicMs() > deadlineMs ? "time" : undefined;
      reached ??= limit;
      return limit;
    },
    take: (bytes) => void (taken += bytes),
    begin: (parts) => {
      started = taken;
      reached = undefined;
      allowed = taken + Math.max(0, sizeBytes - taken) / Math.max(1, parts);
    },
    get part() {
      return { sizeBytes: taken - started, reached };
    },
    giveBack: (bytes) => void (taken -= bytes),
  };
}
