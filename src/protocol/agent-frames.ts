// The frames of a stack that an agent sent, as lines: file and line beside the function, the application's own standing out.

import { recordsIn } from "./agent-cells.ts";
import { frameLines } from "./frame-view.ts";
import type { FrameLine } from "./view.ts";

/** Anything that is no frame is left out. */
export function framesIn(frames: unknown): FrameLine[] {
  const known = recordsIn(frames).flatMap(({ function: name, file, line }) =>
    typeof name === "string" && typeof file === "string" ? [{ function: name, file, line: typeof line === "number" ? line : 0 }] : [],
  );
  return frameLines(known, true);
}
