// The record of `locks`: which locks threads wait for, and who has them.

import { z } from "zod";
import { defineCommand } from "../command.ts";
import { locksView } from "../locks-view.ts";
import { locksTargetSchema } from "../locks-schema.ts";
import { unreadableSchema } from "../stack-schema.ts";

export default defineCommand({
  name: "locks",
  level: "look",
  summary: "Which locks threads wait for, and which threads have them",
  description:
    "Lists the locks (Lock, RLock, the lock of a Condition, module imports, joins) that a thread waits for or is inside a `with` of. An RLock records its owner. " +
    "A Lock does not: its holders are the threads with a frame inside a `with` on it; a Lock taken by acquire() alone has no known owner, which is said. Locks of C extensions are not seen.",
  target: "required",
  params: () =>
    z.object({
      pause: z.boolean().default(false).describe("stop each process for the instant of the read, so that every stack is consistent"),
    }),
  result: () => z.object({ targets: z.array(locksTargetSchema()), unreadable: z.array(unreadableSchema()) }),
  shape: "stacks",
  recorded: true,
  examples: [{ command: "ispyd locks shop/2", says: "one worker's locks" }],
  view: locksView,
});
