// The record of `why`: one answer to "why is it stuck or slow", for a whole service.

import { z } from "zod";
import { defineCommand } from "../command.ts";
import { nextCommandSchema } from "../next-command.ts";
import { unreadableSchema } from "../stack-schema.ts";
import { evidenceSchema, workerVerdictSchema } from "../why-schema.ts";
import { whyView } from "../why-view.ts";

export default defineCommand({
  name: "why",
  level: "look",
  summary: "Why it is stuck or slow, in plain words, with the line of code",
  description:
    "Looks at every process of the target for about a second and says what each does: stands in a deadlock, waits for a server, a lock, a pipe or a child, keeps the event loop or the GIL, computes, or simply waits for work. " +
    "It names the application's own line only where that was seen; what can't be known is said. A lock of type Lock records no owner: its holders are the threads that are inside a `with` on it.",
  target: "required",
  params: () =>
    z.object({
      for: z.int().min(200).max(10_000).default(800).meta({ placeholder: "DURATION", duration: true }).describe("how long to look"),
      looks: z.int().min(3).max(100).default(8).meta({ placeholder: "COUNT" }).describe("how many looks in that time"),
    }),
  result: () =>
    z.object({
      /** One sentence for the whole target. */
      verdict: z.string(),
      culprit: z.object({ function: z.string(), file: z.string(), line: z.int() }).nullable(),
      workers: z.array(workerVerdictSchema()),
      /** The stacks that show it: of the workers that stand still, or else of all. */
      evidence: z.array(evidenceSchema().extend({ pid: z.int() })),
      /** Commands worth running next. */
      next: z.array(nextCommandSchema),
      unreadable: z.array(unreadableSchema()),
    }),
  shape: "events",
  recorded: true,
  examples: [
    { command: "ispyd why shop", says: "the whole service: every worker in about a second" },
    { command: "ispyd why shop --for 5s", says: "a longer look, where waits are short" },
    { command: "ispyd why shop/2 --json", says: "one worker, for a program to read" },
  ],
  view: whyView,
});
