// The record of `run`: starts an application with the agent in it, without a change of its code.

import { z } from "zod";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "run",
  level: "local",
  summary: "Start an application with the agent in it",
  description:
    "Starts COMMAND with the agent's package on PYTHONPATH and ISPYD_START=1, so that every Python process of it, workers included, can be asked later. " +
    "Standard input, output and error are the command's; signals are handed on, and its exit code is ispyd's. Nothing else of it changes. " +
    "The agent needs no Node: python3 -m ispyd run -- COMMAND does the same where the package ispyd is installed.",
  target: "none",
  params: () =>
    z.object({
      command: z
        .array(z.string())
        .min(1)
        .meta({ positional: true, placeholder: "COMMAND", mayBeEmpty: true })
        .describe("the program and its arguments, after --"),
    }),
  result: () => z.object({ program: z.string(), args: z.array(z.string()), environment: z.record(z.string(), z.string()) }),
  shape: "text",
  recorded: false,
  examples: [
    { command: "ispyd run -- gunicorn shop.wsgi:app", says: "then: ispyd process cwd shop" },
    { command: "ispyd run -- python manage.py runserver", says: "any command that runs Python" },
  ],
  starts: (program) => program,
  view: ({ program, args }) => [{ shape: "text", text: [program, ...args].join(" ") }],
});
