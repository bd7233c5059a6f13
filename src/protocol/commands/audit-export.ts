// The record of `audit export`: the log for another program, or for a copy in another place.

import { z } from "zod";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "audit export",
  level: "local",
  summary: "Write the audit log as JSON Lines or CSV",
  description:
    "Gives the records of all chains in order of time, each with the chain that it stands in. " +
    "JSON Lines keep every field, so that a copy kept elsewhere can be held against the log; they are plain ASCII. " +
    "In CSV, cells that a spreadsheet would take for a formula begin with an apostrophe, and control characters are shown as their codes.",
  target: "none",
  params: () =>
    z.object({
      format: z
        .enum(["json", "csv"])
        .default("json")
        .meta({ short: "f", placeholder: "FORMAT" })
        .describe("JSON Lines, or comma-separated values with a heading"),
      limit: z
        .int()
        .min(1)
        .max(100_000)
        .optional()
        .meta({ placeholder: "COUNT" })
        .describe("most records, the newest ones (without it 100000, and the answer says if that cut something)"),
    }),
  result: () => z.object({ format: z.enum(["json", "csv"]), text: z.string() }),
  shape: "text",
  recorded: true,
  examples: [
    { command: "ispyd audit export > audit.jsonl", says: "everything, for a copy elsewhere" },
    { command: "ispyd audit export --format csv --limit 1000", says: "the newest thousand records for a spreadsheet" },
  ],
  view: ({ text }) => [{ shape: "text", text }],
});
