// What an agent says of its commands: the catalogue's form, checked with bounds, since a target could have written any of it.
// The built-in plugins' entries are checked in (plugin-catalogue.json); those of others come from the targets.

import { z } from "zod";
import { once } from "../base/once.ts";
import { levels } from "./level.ts";

/** Lower case words: they become commands, file names and keys. */
const word = /[a-z][a-z0-9]*(?:-[a-z0-9]+)*/.source;
const oneLine = (): z.ZodString =>
  z
    .string()
    .max(300)
    .regex(/^[^\p{Cc}]*$/u);

export const pluginNameSchema = once(() =>
  z
    .string()
    .max(40)
    .regex(new RegExp(`^${word}$`)),
);

/** Every type here can be made of words on a command line. */
const valueTypes = ["string", "integer", "number", "boolean"] as const;

export const agentParameterSchema = once(() =>
  z.object({
    type: z.enum([...valueTypes, "array"]),
    items: z.object({ type: z.enum(valueTypes).default("string"), enum: z.array(z.string().max(200)).max(100).optional() }).optional(),
    enum: z.array(z.string().max(200)).min(1).max(100).optional(),
    default: z.union([z.string().max(4_096), z.number(), z.boolean(), z.array(z.string().max(4_096)).max(100), z.null()]).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    description: oneLine().default(""),
    "x-positional": z.boolean().default(false),
    /** Milliseconds that people write as a time: `3s`. */
    "x-duration": z.boolean().default(false),
    /** A call that gives it is of this level, where that is higher than the command's. */
    "x-level": z.enum(levels).optional(),
  }),
);

export const agentEntrySchema = once(() =>
  z.object({
    name: z
      .string()
      .max(81)
      .regex(new RegExp(`^${word} ${word}$`)),
    summary: oneLine().min(1),
    description: z.string().max(4_000).default(""),
    /** What the plugin believes; the operator's settings decide. */
    level: z.enum(levels).exclude(["local", "look"]),
    shape: z.enum(["value", "record", "table", "stacks", "events", "text"]),
    columns: z
      .array(z.object({ name: z.string().max(100), title: oneLine().optional(), align: z.enum(["left", "right"]).optional() }))
      .max(50)
      .default([]),
    params: z
      .object({
        properties: z
          .record(
            // As Python names a parameter, or with hyphens.
            z
              .string()
              .max(40)
              .regex(/^[a-z][a-z0-9_-]*$/),
            agentParameterSchema(),
          )
          .default({}),
        required: z.array(z.string().max(40)).max(40).default([]),
      })
      .default({ properties: {}, required: [] }),
    examples: z
      .array(z.object({ command: oneLine(), says: oneLine() }))
      .max(10)
      .default([]),
    limits: z.object({ durationMs: z.number().positive().optional(), sizeBytes: z.number().positive().optional() }).default({}),
  }),
);

export const agentPluginSchema = once(() =>
  z.object({
    name: pluginNameSchema(),
    summary: oneLine().default(""),
    /** Of its module, as the target sees it; empty in the checked-in catalogue. */
    file: z.string().max(4_096).default(""),
    sha256: z
      .string()
      .regex(/^(?:[0-9a-f]{64})?$/)
      .default(""),
    builtIn: z.boolean().default(false),
    state: z.enum(["ready", "broken", "disabled"]).default("ready"),
    why: z.string().max(1_000).default(""),
    commands: z.array(agentEntrySchema()).max(200).default([]),
  }),
);

export const agentCatalogueSchema = once(() =>
  z.object({ hash: z.string().max(64).default(""), plugins: z.array(agentPluginSchema()).max(200) }),
);

export type AgentParameter = z.output<ReturnType<typeof agentParameterSchema>>;
export type AgentEntry = z.output<ReturnType<typeof agentEntrySchema>>;
export type AgentPlugin = z.output<ReturnType<typeof agentPluginSchema>>;
export type AgentCatalogue = z.output<ReturnType<typeof agentCatalogueSchema>>;
