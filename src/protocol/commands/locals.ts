// The record of `locals`: the values of one frame, read by layout from outside, redacted.

import { z } from "zod";
import { defineCommand } from "../command.ts";
import { localsTargetSchema, requestLocalsSchema } from "../locals-schema.ts";
import { localsView } from "../locals-view.ts";
import { unreadableSchema } from "../stack-schema.ts";
import { redactionSchema } from "../value-schema.ts";

export default defineCommand({
  name: "locals",
  level: "capture",
  summary: "The variables of a thread's frame, or of a request in flight",
  description:
    "Reads the variables of one frame from the process's memory: nothing of the application runs, so properties are named and not asked, and no __repr__ is called. " +
    "Without --thread it is the main thread, without --frame the innermost frame of the application's own code; --frame counts outwards from there. " +
    "--of takes a request by the id that ispyd requests shows, and reads the application's frames that work on it, in threads and in coroutines, the innermost first. " +
    "Secrets are hidden by name, by type and by what they look like, before anything is cut. Everything is read twice, and what differs is marked; " +
    "--pause stops the process for the instant of the read instead. A ceiling that the application's owner set (ISPYD_CEILING in its environment, or a file ispyd.ceiling in its working directory) is obeyed.",
  target: "required",
  params: () => z.object({ ...whichFrames(), ...howMuch() }),
  result: () =>
    z.object({
      /** One frame of one thread of each process; empty with `of`. */
      targets: z.array(localsTargetSchema()),
      /** The request that was asked for with `of`, of each process that has one of that id. */
      requests: z.array(requestLocalsSchema()),
      unreadable: z.array(unreadableSchema()),
      redactions: z.array(redactionSchema()),
    }),
  shape: "events",
  recorded: true,
  examples: [
    { command: 'ispyd locals shop/2 --reason "stuck since 14:02"', says: "the application's innermost frame in the main thread" },
    { command: 'ispyd locals 4711 --thread worker-3 --frame 1 --reason "who calls"', says: "the caller's frame in another thread" },
    {
      command: 'ispyd locals shop/2 --of 4711 --reason "who hangs"',
      says: "the application's frames of the request that ispyd requests shows as 4711",
    },
  ],
  redactions: ({ redactions }) => redactions,
  view: localsView,
});

function whichFrames() {
  return {
    thread: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .meta({ placeholder: "THREAD" })
      .describe("a thread id or name, as ispyd threads shows it"),
    of: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .meta({ placeholder: "REQUEST" })
      .describe("a request in flight, by the id that ispyd requests shows: its frames instead of a thread's"),
    frames: z.int().min(1).max(100).optional().meta({ placeholder: "COUNT" }).describe("most frames of a request; 5 unless given"),
    frame: z
      .int()
      .min(0)
      .max(100_000)
      .default(0)
      .meta({ placeholder: "NUMBER" })
      .describe("which frame, counted from the innermost outwards"),
    all: z.boolean().default(false).describe("count every frame, not only those of the application"),
    pause: z.boolean().default(false).describe("stop the process for the instant of the read, so that all values are of one moment"),
  };
}

function howMuch() {
  return {
    depth: z.int().min(1).max(8).default(3).describe("levels of nesting that are opened"),
    items: z
      .int()
      .min(1)
      .max(1_000)
      .default(50)
      .meta({ placeholder: "COUNT" })
      .describe("most variables, and most items of one list, set or dict"),
    fields: z.int().min(1).max(200).default(20).meta({ placeholder: "COUNT" }).describe("most attributes of one object"),
    characters: z.int().min(1).max(16_384).default(256).meta({ placeholder: "COUNT" }).describe("most characters of one text"),
    size: z.int().min(1).max(256).default(32).meta({ placeholder: "KILOBYTES" }).describe("most kilobytes of one process's answer"),
    time: z
      .int()
      .min(1)
      .max(15)
      .default(10)
      .meta({ placeholder: "MILLISECONDS" })
      .describe("longest walk through the values while a process is stopped"),
  };
}
