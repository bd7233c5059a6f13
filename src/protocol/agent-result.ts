// The answer of every agent command: what the workers said, equal answers once, and who said nothing and why.

import { z } from "zod";
import { once } from "../base/once.ts";
import { cutSchema } from "./agent-messages.ts";
import { redactionSchema } from "./value-schema.ts";
import { foreignText } from "./stack-schema.ts";

/** One process of the target: its pid, and the name that people give it ("shop/2"). */
export const workerSchema = once(() => z.object({ pid: z.int(), label: foreignText() }));

export const workerAnswerSchema = once(() =>
  z.object({
    workers: z.array(workerSchema()).meta({ description: "all that gave this answer" }),
    value: z.unknown().meta({ description: "as the agent answered, by the command's shape" }),
    cut: z.array(cutSchema()),
    durationMs: z.number().meta({ description: "the longest that one of them took" }),
  }),
);

export const agentResultSchema = once(() =>
  z.object({
    answers: z.array(workerAnswerSchema()),
    silent: z.array(workerSchema().extend({ why: foreignText(), remedy: z.string() })),
    redactions: z.array(redactionSchema()),
  }),
);

export type WorkerName = z.output<ReturnType<typeof workerSchema>>;
export type WorkerAnswer = z.output<ReturnType<typeof workerAnswerSchema>>;
export type AgentResult = z.output<ReturnType<typeof agentResultSchema>>;
