// What an agent answers to hello and to a call, checked: the TypeScript side of docs/protocol.md.

import { z } from "zod";
import { once } from "../base/once.ts";
import { redactionSchema } from "./value-schema.ts";

export const protocolVersion = 1;

export const helloSchema = once(() =>
  z.object({
    protocol: z.literal(protocolVersion),
    agent: z.string().max(100),
    /** As the agent's own namespace counts. */
    pid: z.int(),
    startTicks: z.number().default(0),
    uid: z.int().default(-1),
    python: z.object({ version: z.string().max(100), implementation: z.string().max(100) }),
    /** What the application's owner allows. */
    ceiling: z.object({ level: z.string().max(100), setBy: z.string().max(4_200).default("") }),
    catalogueHash: z.string().max(64).default(""),
  }),
);

/** Something left out of an answer: "100 of 1,234 rows". */
export const cutSchema = once(() => z.object({ what: z.string().max(200), shown: z.number(), of: z.number() }));

export const callAnswerSchema = once(() =>
  z.object({
    value: z.unknown().default(null),
    redactions: z.array(redactionSchema()).max(1_000).default([]),
    cut: z.array(cutSchema()).max(100).default([]),
    durationMs: z.number().default(0),
    cpuMs: z.number().default(0),
  }),
);

export type AgentHello = z.output<ReturnType<typeof helloSchema>>;
export type CallAnswer = z.output<ReturnType<typeof callAnswerSchema>>;
