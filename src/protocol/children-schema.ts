// The schemas of what `children` says about the processes below a target.

import { z } from "zod";
import { once } from "../base/once.ts";
import { foreignText, targetHeadSchema } from "./stack-schema.ts";

export const childSchema = once(() =>
  z.object({
    pid: z.int(),
    parent: z.int(),
    depth: z.int().describe("1 for a child of the target, 2 for a child's child"),
    /** Its short name, which it can set itself. */
    name: foreignText(),
    executable: foreignText(),
    arguments: z.array(foreignText()).describe("redacted"),
    argumentCount: z.int(),
    /** "shop/2" where it is a Python process of the target's service; empty for others. */
    worker: foreignText(),
    zombie: z.boolean().describe("it has ended, and its parent has not asked for its exit status"),
    state: z.string(),
    detail: foreignText().optional(),
    ageMs: z.number(),
    cpuPercent: z.number().describe("of one processor, over about 0.1 s; counted in steps of 10 ms"),
    threads: z.int(),
  }),
);

export const childrenTargetSchema = once(() =>
  targetHeadSchema().extend({
    children: z.array(childSchema()),
    /** How many there are, shown or not. */
    total: z.int(),
    findings: z.array(foreignText()).describe("what is wrong, one sentence each"),
  }),
);

export type ChildResult = z.output<ReturnType<typeof childSchema>>;
export type ChildrenTarget = z.output<ReturnType<typeof childrenTargetSchema>>;
