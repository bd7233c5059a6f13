// The record of `fds`: the open descriptors of a process by kind, with the limit, and whether they grow.

import { z } from "zod";
import { defineCommand } from "../command.ts";
import { descriptorsTargetSchema } from "../fds-schema.ts";
import { fdsView } from "../fds-view.ts";
import { unreadableSchema } from "../stack-schema.ts";

export default defineCommand({
  name: "fds",
  level: "look",
  summary: "Open files, sockets and pipes: kind, peer, limit, growth",
  description:
    "Lists the open descriptors of every process of the target, those that are alike counted together: connections by peer and state, files by path, pipes, event descriptors. " +
    "Looks several times and says what grew, how near the limit (RLIMIT_NOFILE) is, and which connections the peer has closed and the application has not (CLOSE_WAIT). " +
    "A descriptor does not say which code opened it.",
  target: "required",
  params: () =>
    z.object({
      for: z
        .int()
        .min(1)
        .max(60_000)
        .default(1_000)
        .meta({ placeholder: "DURATION", duration: true })
        .describe("how long to look for growth"),
      limit: z
        .int()
        .min(1)
        .max(100_000)
        .default(1_000)
        .meta({ placeholder: "COUNT" })
        .describe("most groups, and most single descriptors in the JSON, of one process"),
    }),
  result: () => z.object({ targets: z.array(descriptorsTargetSchema()), unreadable: z.array(unreadableSchema()) }),
  shape: "table",
  recorded: true,
  examples: [
    { command: "ispyd fds shop", says: "every worker of the service shop" },
    { command: "ispyd fds shop/2 --for 10s", says: "one worker, looked at for ten seconds" },
  ],
  view: fdsView,
});
