// The schema of one request in flight, shared by `requests` and whatever else speaks of requests.

import { z } from "zod";
import { once } from "../base/once.ts";
import { foreignText, frameSchema, targetHeadSchema } from "./stack-schema.ts";

/** Text that whoever sent the request wrote. */
const requestText = once(() => z.string().meta({ origin: "request" }));

const valuesSchema = once(() =>
  z.object({
    path: requestText(),
    query: requestText(),
    headers: z.array(z.object({ name: requestText(), value: requestText() })),
    /** How many headers there are, shown or not. */
    headerCount: z.int(),
    client: requestText(),
    user: requestText(),
    id: requestText().describe("of a Celery task"),
  }),
);

export const requestSchema = once(() =>
  z.object({
    /** What `locals --of` takes: its task's id, else its thread's. */
    id: z.string().describe("while it lasts, its name for ispyd locals --of"),
    kind: z.enum(["WSGI", "ASGI", "Celery"]),
    /** "GET", "WEBSOCKET"; "TASK" for Celery, "?" for a text that is no method. */
    method: requestText(),
    route: foreignText().optional().describe("the route's template as the application declared it; the name of a Celery task"),
    view: foreignText().optional().describe("the view function or endpoint"),
    ageMs: z.number().optional().describe("left out where the server keeps no time that can be read from outside"),
    standsMs: z.number().optional().describe("its thread has not run for so long: it is at least that old"),
    /** What it does: "sleeps", "reads a socket", "awaits sleep (asyncio/tasks.py:665)". */
    state: foreignText(),
    detail: foreignText().optional(),
    tid: z.int().describe("the thread that works on it; 0 where a task waits and no thread does"),
    thread: foreignText().describe("that thread's name"),
    task: z.object({ id: z.string(), name: foreignText() }).nullable(),
    /** The application's own innermost frame. */
    place: frameSchema().nullable(),
    /** Innermost first. */
    frames: z.array(frameSchema()),
    values: valuesSchema().optional(),
  }),
);

export const requestsTargetSchema = once(() =>
  targetHeadSchema().extend({
    paused: z.boolean(),
    requests: z.array(requestSchema()),
    /** How many there are, shown or not. */
    total: z.int(),
  }),
);

/** What says which request it is, for commands that answer about one. */
export const requestHeadSchema = once(() =>
  requestSchema().pick({
    id: true,
    kind: true,
    method: true,
    route: true,
    view: true,
    tid: true,
    thread: true,
    task: true,
  }),
);

export type RequestHead = z.output<ReturnType<typeof requestHeadSchema>>;
export type RequestResult = z.output<ReturnType<typeof requestSchema>>;
export type RequestsTarget = z.output<ReturnType<typeof requestsTargetSchema>>;
