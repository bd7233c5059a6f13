// The record of `threads`: what every thread of a process or service is doing, with stacks whose consistency was checked.

import { z } from "zod";
import { defineCommand } from "../command.ts";
import { threadsTargetSchema, unreadableSchema, verdictCountsSchema } from "../stack-schema.ts";
import { threadsView } from "../threads-view.ts";

export default defineCommand({
  name: "threads",
  level: "look",
  summary: "What each thread is doing, with its stack",
  description:
    "Reads the threads of every process of the target from outside: what each does in words, whether it holds the GIL, and its Python stack. " +
    "Identical stacks are grouped across threads and workers. A running process changes while it is read: each stack has a verdict (kept, retried, rejected), and only stacks found consistent are shown. " +
    "Threads that never ran Python are not listed.",
  target: "required",
  params: () =>
    z.object({
      pause: z.boolean().default(false).describe("stop each process for the instant of the read, so that every stack is consistent"),
      all: z.boolean().default(false).describe("show also the frames of the server and the framework below the application"),
      source: z.boolean().default(false).describe("show the line of source of each frame"),
      frames: z.int().min(1).max(100_000).default(200).meta({ placeholder: "COUNT" }).describe("most frames shown of one stack"),
    }),
  result: () =>
    z.object({
      targets: z.array(threadsTargetSchema()),
      unreadable: z.array(unreadableSchema()),
      verdicts: verdictCountsSchema(),
    }),
  shape: "stacks",
  recorded: true,
  examples: [
    { command: "ispyd threads shop", says: "every worker of the service shop" },
    { command: "ispyd threads :8000 --source", says: "whoever listens on port 8000, with source lines" },
    { command: "ispyd threads 4711 --json", says: "one process, for a program to read" },
  ],
  view: threadsView,
});
