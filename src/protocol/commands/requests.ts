// The record of `requests`: the requests in flight in every worker, found from outside.

import { z } from "zod";
import { defineCommand } from "../command.ts";
import { nextCommandSchema } from "../next-command.ts";
import { requestsTargetSchema } from "../requests-schema.ts";
import { requestsView } from "../requests-view.ts";
import { unreadableSchema } from "../stack-schema.ts";
import { redactionSchema } from "../value-schema.ts";

export default defineCommand({
  name: "requests",
  level: "look",
  summary: "Requests in flight: which route, where in the code, how old",
  description:
    "Finds the requests in work in every process of the target: WSGI and ASGI requests in the variables of threads and asyncio tasks, and Celery tasks being executed. " +
    "Each with method, route or view, the application's own line, what it waits for, and its age. The age is known under gunicorn, hypercorn and Celery, which keep the moment it began, and wherever the agent runs; " +
    'elsewhere "> 12 s" says how long its thread has not run, and "?" that nothing is known. Path, query, headers, client and user are values: --values shows them, redacted. ' +
    "ID names a request while it lasts: ispyd locals PID --of ID shows the variables of the application's frames that work on it. " +
    "Requests of greenlets (gevent, eventlet) are seen only while they run; requests that wait in a queue for a thread or worker are not seen.",
  target: "required",
  params: () =>
    z.object({
      values: z
        .boolean()
        .default(false)
        .meta({ level: "capture" })
        .describe("show also path, query, headers, client and user of each, redacted"),
      pause: z.boolean().default(false).describe("stop each process for the time of the read (some milliseconds, at most 20)"),
      limit: z
        .int()
        .min(1)
        .max(100_000)
        .default(1_000)
        .meta({ placeholder: "COUNT" })
        .describe("most requests shown of one process, the oldest first"),
    }),
  result: () =>
    z.object({
      targets: z.array(requestsTargetSchema()),
      unreadable: z.array(unreadableSchema()),
      /** What was hidden in the values, by rule. */
      redactions: z.array(redactionSchema()),
      /** Commands worth running next. */
      next: z.array(nextCommandSchema),
    }),
  shape: "table",
  recorded: true,
  examples: [
    { command: "ispyd requests shop", says: "every request in work in the service shop, the oldest first" },
    { command: 'ispyd requests shop/2 --values --reason "worker 2 hangs"', says: "with path, query and headers of each, redacted" },
  ],
  redactions: ({ redactions }) => redactions,
  view: requestsView,
});
