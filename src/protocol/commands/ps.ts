// The record of `ps`: the Python processes of this machine by service, what each is, and whether it can be looked at.

import { z } from "zod";
import { defineCommand } from "../command.ts";
import { processSchema } from "../process-schema.ts";
import { psView } from "../ps-view.ts";

export default defineCommand({
  name: "ps",
  level: "look",
  summary: "Python processes by service, and whether they can be looked at",
  description:
    "Lists every Python process that this user can see, by service: a launcher and its workers are one service, named after the application. " +
    "CPU is the share of one processor over about 0.1 s, in steps of 10 %; RSS counts pages that workers share once for each. " +
    "ACCESS says whether the process can be looked at and whether an agent could be attached; what is missing is named below with what would allow it. " +
    "Names of services can be set in ispyd.toml. Titles that processes give themselves are taken as such.",
  target: "optional",
  params: () => z.object({}),
  result: () => z.object({ processes: z.array(processSchema()) }),
  shape: "table",
  recorded: true,
  examples: [
    { command: "ispyd ps", says: "every Python process" },
    { command: "ispyd ps shop", says: "the processes of one service" },
    { command: "ispyd ps --json", says: "with everything that is known of each, for a program" },
  ],
  view: psView,
});
