// The schemas of what several commands answer with: frames, verdicts, the facts of one target, what could not be read.

import { z } from "zod";
import { once } from "../base/once.ts";

/** Text that the target, or somebody who talks to it, could have written. */
export const foreignText = once(() => z.string().meta({ origin: "target" }));

export const frameSchema = once(() =>
  z.object({
    function: foreignText(),
    file: foreignText(),
    line: z.int(),
    column: z.int().optional(),
    source: foreignText().optional(),
  }),
);

export const verdictSchema = once(() => z.enum(["kept", "retried", "rejected"]));

export const verdictCountsSchema = once(() => z.object({ kept: z.int(), retried: z.int(), rejected: z.int() }));

/** What could not be read, why, and what would allow it. */
export const unreadableSchema = once(() =>
  z.object({
    pid: z.int(),
    what: z.string(),
    why: z.string(),
    remedy: z.string(),
  }),
);

/** The facts that head every answer about one process. */
export const targetHeadSchema = once(() =>
  z.object({
    pid: z.int(),
    service: foreignText(),
    /** Number of the worker in its service, from 1; 0 for a process that is not one of several. */
    worker: z.int(),
    role: z.string(),
    /** Full version with the marks of special builds: "3.11.7", "3.14.10t". */
    python: z.string(),
  }),
);

export const threadSchema = once(() =>
  z.object({
    /** Thread id as this machine counts it (the target's own namespace may count otherwise); 0 where it could not be found. */
    tid: z.int(),
    name: foreignText(),
    /** In words: "waits for a lock", "reads a socket". */
    state: z.string(),
    /** What it waits for or talks to, where that is known: "10.0.0.5:5432". */
    detail: foreignText().optional(),
    holdsGil: z.boolean(),
    main: z.boolean(),
    /** Number of the interpreter; 0 for the main one. */
    interpreter: z.int(),
    verdict: verdictSchema(),
    frames: z.array(frameSchema()),
    /** True where the stack is deeper than the limit; `depth` is then the number of frames that were counted. */
    truncated: z.boolean(),
    depth: z.int(),
    /** Type of the exception being handled, where there is one. */
    exception: foreignText().optional(),
  }),
);

export const threadsTargetSchema = once(() =>
  targetHeadSchema().extend({
    collecting: z.boolean().meta({ description: "garbage collection is in progress" }),
    paused: z.boolean(),
    threads: z.array(threadSchema()),
  }),
);

export type FrameResult = z.output<ReturnType<typeof frameSchema>>;
export type Unreadable = z.output<ReturnType<typeof unreadableSchema>>;
export type TargetHead = z.output<ReturnType<typeof targetHeadSchema>>;
export type ThreadResult = z.output<ReturnType<typeof threadSchema>>;
export type ThreadsTarget = z.output<ReturnType<typeof threadsTargetSchema>>;
