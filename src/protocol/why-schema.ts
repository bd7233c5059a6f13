// The schema of one worker's verdict in an answer, shared by `why` and `report`.

import { z } from "zod";
import { once } from "../base/once.ts";
import { foreignText, frameSchema, targetHeadSchema } from "./stack-schema.ts";

export const findingSchema = once(() =>
  z.object({
    kind: z.string(),
    /** False for what is only stated: a scheduler that sleeps, a consumer without work. */
    stuck: z.boolean(),
    text: foreignText(),
    culprit: frameSchema().nullable(),
    tids: z.array(z.int()),
    tasks: z.array(z.string()),
    /** What those threads and tasks serve, as far as it is known: "POST /checkout". */
    requests: z.array(foreignText()),
    sinceMs: z.number(),
    /** False where it is only the time of looking. */
    sinceKnown: z.boolean(),
  }),
);

export const evidenceSchema = once(() =>
  z.object({
    label: foreignText(),
    state: foreignText(),
    requests: z.array(foreignText()),
    frames: z.array(frameSchema()),
  }),
);

export const workerVerdictSchema = once(() =>
  targetHeadSchema().extend({
    /** True where nothing moves: a deadlock, a wait, a loop that stands. */
    stuck: z.boolean(),
    verdict: findingSchema(),
    /** Everything else that was found, less important. */
    also: z.array(findingSchema()),
    /** Stacks that show it, innermost frame first. */
    evidence: z.array(evidenceSchema()),
  }),
);

export type WorkerVerdictResult = z.output<ReturnType<typeof workerVerdictSchema>>;
export type FindingResult = z.output<ReturnType<typeof findingSchema>>;
