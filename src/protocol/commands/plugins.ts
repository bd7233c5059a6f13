// The record of `plugins`: what agents offer, by plugin, and which of it the settings allow.

import { z } from "zod";
import { pluginNameSchema } from "../agent-entry.ts";
import { workerSchema } from "../agent-result.ts";
import { defineCommand } from "../command.ts";
import { levels } from "../level.ts";
import { pluginsView } from "../plugins-view.ts";
import { foreignText } from "../stack-schema.ts";

export default defineCommand({
  name: "plugins",
  level: "inspect",
  summary: "The plugins of agents, their state and their levels",
  description:
    "Without TARGET the plugins that come with the agent, and those of targets that were asked before. With TARGET every worker's agent is asked; " +
    "the commands of plugins that others wrote are known to help and completion from then on. A plugin that did not come with the agent runs at the level that " +
    "[plugins] in ispyd.toml gives it, pinned by the hash of its file; one that is not listed there counts as console and is refused.",
  target: "optional",
  reaches: "agents",
  params: () => z.object({}),
  result: () =>
    z.object({
      plugins: z.array(
        z.object({
          name: pluginNameSchema(),
          summary: foreignText(),
          builtIn: z.boolean(),
          state: z.enum(["ready", "broken", "disabled", "switched off", "unlisted", "changed"]),
          why: foreignText(),
          remedy: z.string(),
          file: foreignText(),
          sha256: z.string(),
          workers: z.array(workerSchema()).meta({ description: "all that hold this very plugin; empty where no target was asked" }),
          commands: z.array(z.object({ name: z.string(), level: z.enum(levels), summary: foreignText() })),
        }),
      ),
      silent: z.array(workerSchema().extend({ why: foreignText(), remedy: z.string() })),
    }),
  shape: "table",
  recorded: true,
  examples: [
    { command: "ispyd plugins", says: "what comes with the agent" },
    { command: "ispyd plugins shop", says: "what the workers of shop hold, and in which state" },
  ],
  view: pluginsView,
});
