// The record of `tasks`: the asyncio tasks of a process as a tree of who awaits whom, with the place where each waits.

import { z } from "zod";
import { defineCommand } from "../command.ts";
import { unreadableSchema, verdictCountsSchema } from "../stack-schema.ts";
import { tasksTargetSchema } from "../task-schema.ts";
import { tasksView } from "../tasks-view.ts";

export default defineCommand({
  name: "tasks",
  level: "look",
  summary: "The tree of asyncio tasks: who awaits whom, and where",
  description:
    "Reads the pending asyncio tasks of every process of the target from outside, with the whole chain of awaits of each, on every version. " +
    "A task stands above the tasks that it waits for (directly, by gather, by a task group, by wait or wait_for, or through a shield). Tasks of one shape are grouped. " +
    "The running task of each thread is marked, with its thread's stack. Tasks of trio and of greenlets are not seen.",
  target: "required",
  params: () =>
    z.object({
      pause: z
        .boolean()
        .default(false)
        .describe("stop each process for the time of the read (some milliseconds, at most 20), so that the tree is of one moment"),
      all: z.boolean().default(false).describe("show also the frames of the server and the framework below the application"),
      source: z.boolean().default(false).describe("show the line of source of each frame"),
      tasks: z.int().min(1).max(100_000).default(10_000).meta({ placeholder: "COUNT" }).describe("most tasks read of one process"),
    }),
  result: () =>
    z.object({
      targets: z.array(tasksTargetSchema()),
      unreadable: z.array(unreadableSchema()),
      verdicts: verdictCountsSchema(),
    }),
  shape: "stacks",
  recorded: true,
  examples: [
    { command: "ispyd tasks shop/2", says: "one worker's tasks" },
    { command: "ispyd tasks :8000 --source", says: "whoever listens on port 8000, with source lines" },
  ],
  view: tasksView,
});
