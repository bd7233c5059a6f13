// Records made up for tests of the command line: one of each kind of parameter and target, and a group.

import { z } from "zod";
import { defineCommand, type CommandRecord } from "../../../src/protocol/command.ts";
import type { View } from "../../../src/protocol/view.ts";

const viewed: View[] = [];
const base = { level: "look", result: () => z.unknown(), shape: "value", recorded: true, examples: [], view: () => viewed } as const;

const records: readonly CommandRecord[] = [
  defineCommand({
    ...base,
    name: "threads",
    target: "required",
    summary: "What each thread is doing",
    description: "Reads the threads.",
    params: () =>
      z.object({
        pause: z.boolean().default(false).describe("stop it for an instant"),
        color8: z.boolean().default(true).describe("on unless switched off"),
        frames: z.int().min(1).max(100_000).default(200).meta({ placeholder: "COUNT", short: "n" }).describe("most frames"),
        rate: z.number().min(0.5).optional().describe("samples per second"),
        format: z.enum(["text", "folded"]).default("text").describe("how it is written"),
        copy: z.string().optional().meta({ callerFile: true, short: "c", placeholder: "FILE" }).describe("where it is written"),
        skip: z.array(z.string()).default([]).describe("names to leave out"),
      }),
    examples: [{ command: "ispyd threads shop", says: "every worker" }],
  }),
  defineCommand({
    ...base,
    name: "doctor",
    target: "optional",
    summary: "What is possible here",
    description: "Looks around.",
    params: () => z.object({}),
  }),
  defineCommand({ ...base, name: "ps", target: "none", summary: "Processes", description: "Lists processes.", params: () => z.object({}) }),
  defineCommand({
    ...base,
    level: "local",
    name: "audit list",
    target: "none",
    summary: "Records",
    description: "Lists records.",
    params: () =>
      z.object({
        since: z
          .string()
          .regex(/^\d+[hd]$/, "a span such as 2h or 3d")
          .optional(),
      }),
  }),
  defineCommand({
    ...base,
    level: "local",
    name: "audit verify",
    target: "none",
    summary: "Whether it is whole",
    description: "Verifies.",
    params: () => z.object({}),
  }),
  defineCommand({
    ...base,
    level: "local",
    name: "help",
    target: "none",
    summary: "Help",
    description: "Helps.",
    params: () => z.object({ topic: z.array(z.string()).default([]).meta({ positional: true }) }),
  }),
  defineCommand({
    ...base,
    level: "local",
    name: "completion",
    target: "none",
    summary: "Scripts",
    description: "Prints.",
    params: () => z.object({ shell: z.enum(["bash", "zsh"]).meta({ positional: true }) }),
  }),
  defineCommand({
    ...base,
    level: "local",
    name: "complete",
    hidden: true,
    target: "none",
    summary: "Candidates",
    description: "Answers.",
    params: () => z.object({}),
  }),
];

export const madeUpCommands: ReadonlyMap<string, CommandRecord> = new Map(records.map((record) => [record.name, record]));
