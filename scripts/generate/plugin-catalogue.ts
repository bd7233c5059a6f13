// src/protocol/plugin-catalogue.json: the commands of the plugins that come with the agent, as the Python package itself prints them.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { agentCatalogueSchema } from "../../src/protocol/agent-entry.ts";
import type { GeneratedFile } from "./generated-files.ts";

/** The file with the text it should have; undefined where there is no Python 3 to ask. Throws where the package does not print a catalogue of the form that is read. */
export function pluginCatalogueFile(root: string): GeneratedFile | undefined {
  const run = spawnSync("python3", ["-B", "-m", "ispyd", "catalogue"], {
    env: { ...process.env, PYTHONPATH: join(root, "agent") },
    encoding: "utf8",
    timeout: 60_000,
  });
  if (run.error !== undefined) return undefined;
  if (run.status !== 0) throw new Error(`python3 -m ispyd catalogue: ${run.stderr.trim()}`);
  const catalogue: unknown = JSON.parse(run.stdout);
  agentCatalogueSchema().parse(catalogue);
  return { path: "src/protocol/plugin-catalogue.json", text: `${JSON.stringify(catalogue, undefined, 2)}\n` };
}
