// From an entry of an agent's catalogue to a record like any other: dispatch, arguments, help, completion and drawing know no difference.
// Its level is what the settings or the checked-in catalogue say, never what the target says.

import { once } from "../base/once.ts";
import type { AgentEntry, AgentPlugin } from "./agent-entry.ts";
import { agentParamsSchema } from "./agent-params.ts";
import { agentResultSchema, type AgentResult } from "./agent-result.ts";
import { agentView } from "./agent-view.ts";
import { type CommandRecord, defineCommand } from "./command.ts";
import type { Level } from "./level.ts";

/** Of one that comes with the agent no more is read before it is needed. */
export type PluginHead = AgentPlugin | { readonly name: string; readonly builtIn: true };

/** The part of an entry that every start needs; the rest is read when its command is asked for. */
export type EntryHead = Pick<AgentEntry, "name" | "summary" | "description" | "shape" | "examples">;

export interface AgentFacts {
  readonly plugin: PluginHead;
  readonly entry: () => AgentEntry;
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

export interface AgentCommand {
  readonly plugin: PluginHead;
  readonly head: EntryHead;
  readonly entry: () => AgentEntry;
  readonly policy: AgentPolicy;
}

export function agentRecord({ plugin, head, entry: read, policy }: AgentCommand): AgentRecord {
  const entry = once(read);
  const record = defineCommand({
    name: head.name,
    level: policy.level,
    summary: head.summary,
    description: head.description === "" ? `${head.summary}.` : head.description,
    target: "required",
    params: () => agentParamsSchema(entry()),
    result: agentResultSchema,
    shape: head.shape,
    recorded: true,
    reaches: "agents",
    examples: examplesOf(head),
    redactions: ({ redactions }) => redactions,
    view: (result: AgentResult) => agentView(entry())(result),
    ...(policy.refusal === undefined ? {} : { refusal: policy.refusal }),
  });
  // Not a spread, which would make the schemas.
  return Object.assign(record, { agent: { plugin, entry, sha256: policy.sha256 } }) as unknown as AgentRecord;
}

/** A plugin may leave out the program's own name, and has no example without a target. */
function examplesOf({ name, examples }: EntryHead): CommandRecord["examples"] {
  const whole = examples
    .map(({ command, says }) => ({ command: command.startsWith("ispyd ") ? command : `ispyd ${command}`, says }))
    .filter(({ command }) => command !== `ispyd ${name}`);
  return whole.length > 0 ? whole : [{ command: `ispyd ${name} shop`, says: "every worker of the service shop" }];
}

export function isAgentRecord(record: CommandRecord): record is AgentRecord {
  return "agent" in record;
}
