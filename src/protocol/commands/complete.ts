// The record of `complete`, which completion scripts call: what could stand for the last of the words typed so far.

import { z } from "zod";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "complete",
  level: "local",
  summary: "Candidates for the last word, for completion scripts",
  description:
    "Called by the scripts of ispyd completion. One candidate stands on each line: the word, and after a blank what it is. The line :files asks the shell for file names. It answers nothing rather than fail.",
  target: "none",
  params: () =>
    z.object({
      words: z
        .array(z.string())
        .default([])
        .meta({ positional: true, mayBeEmpty: true })
        .describe("the words after ispyd, the last one unfinished"),
    }),
  result: () =>
    z.object({
      files: z.boolean().meta({ description: "file names of the caller fit here" }),
      candidates: z.array(z.object({ word: z.string(), description: z.string() })),
    }),
  shape: "text",
  recorded: false,
  hidden: true,
  examples: [{ command: "ispyd complete -- threads sh", says: "targets that begin with sh" }],
  view: ({ files, candidates }) => {
    const lines = candidates.map(({ word, description }) => `${word} ${description}`.trimEnd());
    return [{ shape: "text", text: [...(files ? [":files"] : []), ...lines].join("\n") }];
  },
});
