// The record of `help`: the commands and topics in words, or as a manual page, from the same records that the arguments come from.

import { z } from "zod";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "help",
  level: "local",
  summary: "What the commands do and how to use them",
  description:
    "Without a topic it lists the commands by level. A topic is a command, a group of commands, or one of: levels, exit-codes. With --format man it prints a manual page in roff.",
  target: "none",
  params: () =>
    z.object({
      topic: z
        .array(z.string())
        .default([])
        .meta({ positional: true, placeholder: "TOPIC" })
        .describe("a command, or levels, or exit-codes"),
      format: z.enum(["text", "man"]).default("text").meta({ placeholder: "FORMAT" }).describe("text to read here, or roff for man"),
    }),
  result: () =>
    z.object({
      topic: z.string(),
      format: z.enum(["text", "man"]),
      sections: z.array(z.object({ title: z.string(), text: z.string() })),
    }),
  shape: "text",
  recorded: false,
  examples: [
    { command: "ispyd help threads", says: "one command" },
    { command: "ispyd help exit-codes", says: "what each exit code means" },
    { command: "ispyd help threads --format man | man -l -", says: "the same as a manual page" },
  ],
  view: ({ format, sections }) =>
    sections.map(({ title, text }) => ({ shape: "text", text, wraps: format === "text", ...(title === "" ? {} : { title }) })),
});
