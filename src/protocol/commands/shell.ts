// The record of `shell`: a session of many commands with one target. Its handler finds the target; the caller's own process reads the lines.

import { z } from "zod";
import { defineCommand } from "../command.ts";
import { foreignText } from "../stack-schema.ts";

export default defineCommand({
  name: "shell",
  level: "local",
  summary: "An interactive session: every command, with the target filled in",
  description:
    "Opens a session with TARGET, or with none: servers lists what is running and connect N picks one. Every command can be typed as after ispyd, the target left out. " +
    "shell NAME or !NAME goes into a plugin, exit or Ctrl-D leaves one level, help lists the rest. " +
    "COMMAND | less and COMMAND > FILE are run by this user's own shell, watch N COMMAND repeats a command every N seconds, Ctrl-C stops a command. " +
    "--reason, --via, --timeout, --json, --color and --quiet hold for every line. " +
    "Where standard input is no terminal the lines are run without a prompt, a failure says which line it was, and the exit code is that of the first failure.",
  target: "optional",
  reaches: "agents",
  params: () =>
    z.object({
      stopOnFailure: z.boolean().default(false).describe("where standard input is no terminal: run nothing after a line that failed"),
    }),
  result: () =>
    z.object({
      target: foreignText().meta({ description: "as later lines name it; empty where there is none" }),
      service: foreignText().meta({ description: "the service that it belongs to" }),
    }),
  shape: "record",
  recorded: false,
  examples: [
    { command: "ispyd shell shop", says: "prompts with (ispyd:shop)" },
    { command: "ispyd shell", says: "then servers, and connect 1" },
    { command: "echo 'process cwd' | ispyd shell shop", says: "lines from another program" },
  ],
  opens: "session",
  view: ({ target, service }) => [
    {
      shape: "record",
      fields: [
        { name: "target", value: target },
        { name: "service", value: service },
      ],
    },
  ],
});
