// The record of `audit verify`: is the log as it was written?

import { z } from "zod";
import { defineCommand } from "../command.ts";
import type { Cell } from "../view.ts";

export default defineCommand({
  name: "audit verify",
  level: "local",
  summary: "Check the audit log for edited, removed or moved records",
  description:
    "Reads every chain of the log: each record must carry the hash of the one before, and each chain must still hold what the checkpoints in other chains saw of it. " +
    "That finds an edited, removed or moved record, and a cut or rewritten end as far as a checkpoint in another place had seen it. " +
    "It can't find a cut after the last such checkpoint, nor a log that somebody who may write the directory rewrote as a whole: keep a copy elsewhere (ispyd audit export).",
  target: "none",
  params: () => z.object({}),
  result: () =>
    z.object({
      directory: z.string(),
      chains: z.int(),
      records: z.int(),
      checkpoints: z.int(),
      tornLines: z.int().describe("writes that were cut off by a crash or a full disk; their bytes were left as they are"),
      tornUnrecorded: z.int().optional().describe("torn lines at the end of a chain that no torn record accounts for yet"),
      problems: z.array(z.object({ chain: z.string(), line: z.int(), message: z.string() })),
    }),
  shape: "record",
  recorded: true,
  examples: [{ command: "ispyd audit verify", says: "exit code 1 where something does not fit" }],
  view: (result) => [
    {
      shape: "record",
      fields: [
        { name: "log", value: result.directory },
        { name: "chains", value: String(result.chains) },
        { name: "records", value: String(result.records) },
        { name: "checkpoints", value: String(result.checkpoints) },
        { name: "torn lines", value: tornCell(result.tornLines, result.tornUnrecorded ?? 0) },
        { name: "verdict", ...verdict(result.checkpoints) },
      ],
    },
  ],
});

function tornCell(tornLines: number, unrecorded: number): Cell {
  if (tornLines === 0) return "0";
  const text =
    unrecorded === 0
      ? `${tornLines}, each recorded as torn`
      : `${tornLines}, of which ${unrecorded} torn, not yet recorded (or being written right now)`;
  return { text, tone: "warn" };
}

/** No more than what was checked. */
function verdict(checkpoints: number): { value: Cell; remedy: string } {
  const text =
    checkpoints === 0
      ? "no edit found; no checkpoint in another place, so a cut end would not show"
      : "no edit found before the last checkpoint in another place";
  return {
    value: { text, tone: "good" },
    remedy: "a rewrite of the whole directory shows only against a copy kept elsewhere: ispyd audit export",
  };
}
