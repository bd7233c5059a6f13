// The commands that an answer says are worth running next, as data and as the last lines of its text.

import { z } from "zod";
import { dim } from "./frame-view.ts";
import type { Cell, View } from "./view.ts";

export const nextCommandSchema = z.object({ command: z.string(), says: z.string() });

export type NextCommand = z.output<typeof nextCommandSchema>;

/** Nothing where there is none. */
export function nextView(next: readonly NextCommand[]): View[] {
  if (next.length === 0) return [];
  return [{ shape: "events", lines: next.map(({ command, says }): Cell[] => [dim("next  "), command, dim(`  ${says}`)]) }];
}
