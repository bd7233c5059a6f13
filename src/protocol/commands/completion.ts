// The record of `completion`: the script that teaches a shell to complete ispyd's commands, options and targets.

import { z } from "zod";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "completion",
  level: "local",
  summary: "The completion script of bash, zsh or fish",
  description:
    "Prints a script for the shell to read. It completes commands, options, their values, and targets: services, workers and pids that run now. " +
    "bash: source <(ispyd completion bash) in ~/.bashrc. zsh: the same with zsh after compinit, or write it to a file _ispyd in a directory of $fpath. fish: write it to ~/.config/fish/completions/ispyd.fish.",
  target: "none",
  params: () =>
    z.object({
      shell: z.enum(["bash", "zsh", "fish"]).meta({ positional: true }).describe("the shell that reads it"),
    }),
  result: () => z.object({ shell: z.string(), script: z.string() }),
  shape: "text",
  recorded: false,
  examples: [
    { command: "source <(ispyd completion bash)", says: "for this bash" },
    { command: "ispyd completion fish > ~/.config/fish/completions/ispyd.fish", says: "for every fish" },
  ],
  view: ({ script }) => [{ shape: "text", text: script }],
});
