// The schema of one section of a report: the answer of one command, with when it was asked and what it could not see.

import { z } from "zod";
import { once } from "../base/once.ts";

export const reportSectionSchema = once(() =>
  z.object({
    command: z.string(),
    /** As it could be typed again. */
    typed: z.string(),
    began: z.string(),
    durationMs: z.number(),
    /** The command's own result; null where it failed. */
    result: z.unknown(),
    failure: z.object({ code: z.string(), message: z.string(), hint: z.string() }).nullable(),
  }),
);

export type ReportSection = z.output<ReturnType<typeof reportSectionSchema>>;
