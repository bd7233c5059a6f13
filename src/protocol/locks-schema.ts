// The schema of the locks of one process, shared by `locks` and the report.

import { z } from "zod";
import { once } from "../base/once.ts";
import { foreignText, frameSchema, targetHeadSchema } from "./stack-schema.ts";

const threadSchema = once(() =>
  z.object({
    tid: z.int(),
    name: foreignText(),
    /** The application's own line, else the innermost frame; null where the stack could not be read. */
    place: frameSchema().nullable(),
  }),
);

const lockSchema = once(() =>
  z.object({
    object: z.string(),
    kind: z.string(),
    holders: z.array(threadSchema().extend({ how: z.enum(["records", "inside with"]) })),
    waiters: z.array(threadSchema()),
  }),
);

export const locksTargetSchema = once(() => targetHeadSchema().extend({ locks: z.array(lockSchema()) }));

export type LocksTarget = z.output<ReturnType<typeof locksTargetSchema>>;
export type LockResult = z.output<ReturnType<typeof lockSchema>>;
