// The schemas of what `fds` says about the open descriptors of a process.

import { z } from "zod";
import { once } from "../base/once.ts";
import { foreignText, targetHeadSchema } from "./stack-schema.ts";

const descriptorSchema = once(() =>
  z.object({
    number: z.int(),
    kind: z.string(),
    what: foreignText().describe("a path, the peer of a connection, where a socket listens"),
    state: z.string(),
    deleted: z.boolean(),
  }),
);

/** Descriptors that are alike: same kind, same peer or path, same state. */
const groupSchema = once(() =>
  descriptorSchema()
    .omit({ number: true })
    .extend({
      count: z.int(),
      growth: z.int().describe("how many more than at the first look"),
    }),
);

export const descriptorsTargetSchema = once(() =>
  targetHeadSchema().extend({
    total: z.int(),
    softLimit: z.int().optional().describe("left out where there is none"),
    hardLimit: z.int().optional(),
    /** Totals in order of time. */
    looks: z.array(z.int()),
    durationMs: z.number(),
    kinds: z.array(z.object({ kind: z.string(), count: z.int(), growth: z.int() })),
    groups: z.array(groupSchema()),
    groupCount: z.int().describe("how many groups there are, shown or not"),
    descriptors: z.array(descriptorSchema()),
    /** What is wrong or may soon be, one sentence each. */
    findings: z.array(foreignText()),
  }),
);

export type DescriptorGroup = z.output<ReturnType<typeof groupSchema>>;
export type DescriptorsTarget = z.output<ReturnType<typeof descriptorsTargetSchema>>;
