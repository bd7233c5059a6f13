// The record of `children`: the processes below each process of the target, of whatever program.

import { z } from "zod";
import { childrenTargetSchema } from "../children-schema.ts";
import { childrenView } from "../children-view.ts";
import { defineCommand } from "../command.ts";
import { unreadableSchema } from "../stack-schema.ts";

export default defineCommand({
  name: "children",
  level: "look",
  summary: "Child processes: what each does, which ended unnoticed",
  description:
    "Shows every process that descends from the target, of whatever program: what it runs, how old it is, what it waits for, its share of a processor. " +
    "Children that have ended and whose exit status nobody has asked for (zombies) are said plainly. Arguments are redacted. " +
    "A child whose parent has ended belongs to another process by then and is not found.",
  target: "required",
  params: () =>
    z.object({
      limit: z.int().min(1).max(100_000).default(1_000).meta({ placeholder: "COUNT" }).describe("most children shown of one process"),
    }),
  result: () => z.object({ targets: z.array(childrenTargetSchema()), unreadable: z.array(unreadableSchema()) }),
  shape: "table",
  recorded: true,
  examples: [
    { command: "ispyd children shop", says: "what the service shop has started" },
    { command: "ispyd children 4711 --json", says: "one process, for a program to read" },
  ],
  view: childrenView,
});
