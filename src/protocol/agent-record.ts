// From an entry of an agent's catalogue to a record like any other: dispatch, arguments, help, completion and drawing know no difference.
// Its level is what the settings or the checked-in catalogue say, never what the target says.

import type { AgentEntry, AgentPlugin } from "./agent-entry.ts";
import { agentParamsSchema } from "./agent-params.ts";
import { agentResultSchema, type AgentResult } from "./agent-result.ts";
import { agentView } from "./agent-view.ts";
import type { CommandRecord } from "./command.ts";
import type { Level } from "./level.ts";

export interface AgentFacts {
  readonly entry: AgentEntry;
  readonly plugin: string;
  readonly from: AgentPlugin;
  /** What the plugin's file must hash to; undefined for the agent's own plugins. */
  readonly sha256: string | undefined;
}

export type AgentRecord = CommandRecord & { readonly agent: AgentFacts };

/** What the settings say about a command: its level, and why it is refused where it is. */
export interface AgentPolicy {
  readonly level: Level;
  readonly sha256?: string;
  readonly refusal?: NonNullable<CommandRecord["refusal"]>;
}

export function agentRecord(from: AgentPlugin, entry: AgentEntry, policy: AgentPolicy): AgentRecord {
  let params: CommandRecord["params"] | undefined;
  return {
    name: entry.name,
    level: policy.level,
    summary: entry.summary,
    description: entry.description === "" ? `${entry.summary}.` : entry.description,
    target: "required",
    // Made when it is asked for: a command line needs the parameters of one command.
    get params() {
      return (params ??= agentParamsSchema(entry));
    },
    result: agentResultSchema,
    shape: entry.shape,
    recorded: true,
    reaches: "agents",
    examples:
      entry.examples.length > 0 ? entry.examples : [{ command: `ispyd ${entry.name} shop`, says: "every worker of the service shop" }],
    redactions: (result) => agentResultSchema.parse(result).redactions,
    view: (result) => agentView(entry)(result as AgentResult),
    ...(policy.refusal === undefined ? {} : { refusal: policy.refusal }),
    agent: { entry, plugin: from.name, from, sha256: policy.sha256 },
  };
}

export function isAgentRecord(record: CommandRecord): record is AgentRecord {
  return "agent" in record;
}
