// The record of `audit list`: who asked what of which target, when, and how it ended.

import { z } from "zod";
import { parseDurationMs } from "../../base/units.ts";
import { auditRecordSchema } from "../audit.ts";
import { auditListView } from "../audit-list-view.ts";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "audit list",
  level: "local",
  summary: "The newest entries of the audit log",
  description:
    "Lists what was asked on this machine under this user: time, user, command, target, level, outcome and the reason given. " +
    "A request without an end is still running, or its process was killed. Lines that are no records are left out here: ispyd audit verify finds them.",
  target: "none",
  params: () =>
    z.object({
      limit: z
        .int()
        .min(1)
        .max(10_000)
        .default(50)
        .meta({ placeholder: "COUNT" })
        .describe("most records read, the newest ones; a request has two"),
      command: z.string().optional().meta({ placeholder: "NAME" }).describe("only requests of this command"),
      user: z.string().optional().meta({ placeholder: "NAME" }).describe("only requests of this user"),
      since: z
        .string()
        .refine((text) => parseDurationMs(text) !== undefined, "is not a duration such as 30s, 10m, 2h or 7d")
        .optional()
        .meta({ placeholder: "DURATION" })
        .describe("only records not older than this: 10m, 2h, 7d"),
    }),
  result: () =>
    z.object({
      directory: z.string(),
      total: z.int().describe("records that fit, also those beyond the limit"),
      records: z.array(z.object({ chain: z.string(), record: auditRecordSchema() })),
    }),
  shape: "table",
  recorded: true,
  examples: [
    { command: "ispyd audit list", says: "the last 50 records" },
    { command: "ispyd audit list --command threads --since 2h", says: "who looked at threads in the last two hours" },
  ],
  view: auditListView,
});
