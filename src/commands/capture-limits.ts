// The bounds of one capture of values, from the parameters that `locals` takes, and what is said where one was reached or the frame moved on.

import type { Target } from "../outside/targets.ts";
import type { Context } from "../protocol/request.ts";
import type { CaptureLimits, Variable } from "../stacks/value.ts";
import { hasChanged } from "../stacks/value-changes.ts";

export interface CaptureParams {
  readonly depth: number;
  readonly items: number;
  readonly fields: number;
  readonly characters: number;
  readonly size: number;
  readonly time: number;
}

// A process that runs on is not held up by the walk; this only bounds the answer.
const runningWalkMs = 1_000;

export function captureLimits({ depth, items, fields, characters, size, time }: CaptureParams, stopped: boolean): CaptureLimits {
  return { depth, items, fields, characters, sizeBytes: size * 1_024, durationMs: stopped ? time : runningWalkMs };
}

/** One frame as it was captured. */
interface Captured {
  readonly reached: "size" | "time" | undefined;
  readonly stayed: boolean;
  readonly variables: readonly Variable[];
}

/** The notes on the frames of one process, each at most once. */
export function noteCapture(context: Context, { pid }: Target, frames: readonly Captured[]): void {
  const reached = frames.map((frame) => frame.reached).find((limit) => limit !== undefined);
  if (reached !== undefined) {
    const limit = reached === "size" ? "the limit of size" : "the limit of time";
    context.note({
      message: `process ${pid}: ${limit} was reached, and something is left out`,
      remedy: reached === "size" ? "--size allows more, --depth 1 or --fields less" : "--depth or --fields may be less",
      partial: true,
    });
  }
  const left = frames.filter(({ stayed }) => !stayed).length;
  if (left > 0) {
    const which = frames.length === 1 ? "the frame was" : left === 1 ? "one of the frames was" : `${left} of the frames were`;
    context.note({
      message: `process ${pid}: ${which} left while it was read, so its values may be another's`,
      remedy: "--pause stops the process for the instant of the read",
      partial: true,
    });
  } else if (frames.some(({ variables }) => variables.some(({ value }) => hasChanged(value)))) {
    context.note({
      message: `process ${pid}: some values changed while they were read, and are marked`,
      remedy: "--pause shows all of one moment",
      partial: false,
    });
  }
}
