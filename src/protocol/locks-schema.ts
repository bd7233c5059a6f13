// The schema of the locks of one process, shared by `locks` and the report.

import { z } from "zod";
import { foreignText, frameSchema, targetHeadSchema } from "./stack-schema.ts";

const threadSchema = z.object({
  tid: z.int(),
  name: foreignText,
  /** The application's own line, else the innermost frame; null where the stack could not be read. */
  place: frameSchema.nullable(),
});

const lockSchema = z.object({
  object: z.string(),
  kind: z.string(),
  holders: z.array(threadSchema.extend({ how: z.enum(["records", "inside with"]) })),
  waiters: z.array(threadSchema),
});

export const locksTargetSchema = targetHeadSchema.extend({ locks: z.array(lockSchema) });

export type LocksTarget = z.output<typeof locksTargetSchema>;
export type LockResult = z.output<typeof lockSchema>;
