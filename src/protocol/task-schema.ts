// The schema of one asyncio task in an answer, shared by `tasks` and whatever else speaks of tasks.

import { z } from "zod";
import { once } from "../base/once.ts";
import { foreignText, frameSchema, targetHeadSchema, verdictSchema } from "./stack-schema.ts";

export const taskSchema = once(() =>
  z.object({
    /** Identity within this answer. */
    id: z.string(),
    name: foreignText(),
    running: z.boolean(),
    /** Thread that runs its event loop; 0 where no thread runs it now. */
    tid: z.int(),
    interpreter: z.int(),
    /** Type of what it waits for, such as "_asyncio.Future"; empty where that can't be told. */
    waitsFor: foreignText(),
    /** Tasks that it waits for. */
    awaits: z.array(z.string()),
    verdict: verdictSchema(),
    /** Innermost first: where it waits stands on top. */
    frames: z.array(frameSchema()),
  }),
);

export const tasksTargetSchema = once(() =>
  targetHeadSchema().extend({
    paused: z.boolean(),
    /** False where asyncio was never imported. */
    asyncio: z.boolean(),
    loops: z.int(),
    tasks: z.array(taskSchema()),
    /** True where a list of tasks could not be followed to its end. */
    torn: z.boolean(),
  }),
);

export type TaskResult = z.output<ReturnType<typeof taskSchema>>;
export type TasksTarget = z.output<ReturnType<typeof tasksTargetSchema>>;
