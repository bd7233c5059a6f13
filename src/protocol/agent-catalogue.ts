// The commands of agents as records: the built-in plugins' from the checked-in file, others' from what targets told, with the levels that the settings give them.

import { once } from "../base/once.ts";
import builtIn from "./plugin-catalogue.json" with { type: "json" };
import { type AgentPlugin, agentCatalogueSchema, type AgentEntry } from "./agent-entry.ts";
import { type AgentPolicy, type AgentRecord, agentRecord, type EntryHead } from "./agent-record.ts";
import type { CommandRecord } from "./command.ts";
import { levels, type Level } from "./level.ts";
import type { PluginSettings } from "./request.ts";

type Catalogue = ReadonlyMap<string, CommandRecord>;

/** The plugins that come with the agent. */
export const builtInPlugins: () => readonly AgentPlugin[] = once(() => agentCatalogueSchema().parse(builtIn).plugins);

/** As the file has them: its check and a unit test hold it to the schema, so that a start need not. */
const builtInHeads = builtIn.plugins as readonly { name: string; commands: readonly (EntryHead & { level: Level })[] }[];

/** `outside` and the agents' commands as one catalogue. A plugin never takes a name that is already taken, nor that of another command. */
export function wholeCatalogue(outside: Catalogue, others: readonly AgentPlugin[], settings: PluginSettings | undefined): Catalogue {
  const whole = new Map(outside);
  for (const { name, commands } of builtInHeads) {
    const plugin = { name, builtIn: true } as const;
    for (const head of commands) {
      const policy = builtInPolicy(head, settings);
      addRecord(whole, agentRecord({ plugin, head, entry: () => builtInEntry(name, head.name), policy }));
    }
  }
  const taken = new Set([...whole.keys()].map((name) => name.split(" ")[0]));
  const seen = new Set<string>();
  for (const plugin of others) {
    if (plugin.builtIn || taken.has(plugin.name) || seen.has(plugin.name)) continue;
    seen.add(plugin.name);
    for (const entry of plugin.commands)
      addRecord(whole, agentRecord({ plugin, head: entry, entry: () => entry, policy: otherPolicy(plugin, entry, settings) }));
  }
  return whole;
}

function addRecord(whole: Map<string, CommandRecord>, record: AgentRecord): void {
  const [plugin = ""] = record.name.split(" ");
  if (plugin === record.agent.plugin.name && !whole.has(record.name)) whole.set(record.name, record);
}

function builtInEntry(plugin: string, name: string): AgentEntry {
  const entry = builtInPlugins()
    .find((one) => one.name === plugin)
    ?.commands.find((one) => one.name === name);
  if (entry === undefined) throw new Error(`plugin-catalogue.json has no ${name}`);
  return entry;
}

function builtInPolicy({ name, level }: { name: string; level: Level }, settings: PluginSettings | undefined): AgentPolicy {
  const refusal = switchedOff(name, settings);
  return { level, ...(refusal === undefined ? {} : { refusal }) };
}

/** Pinned by the settings, or console. */
export function otherPolicy(plugin: AgentPlugin, entry: AgentEntry, settings: PluginSettings | undefined): AgentPolicy {
  const off = switchedOff(entry.name, settings);
  const listed = settings?.listed.get(plugin.name);
  if (listed === undefined) return { level: "console", sha256: plugin.sha256, refusal: off ?? unlisted(plugin, settings) };
  const level = listed.commands[entry.name.slice(plugin.name.length + 1)] ?? listed.level;
  return { level, sha256: listed.sha256, ...(off === undefined ? {} : { refusal: off }) };
}

function switchedOff(name: string, settings: PluginSettings | undefined): AgentPolicy["refusal"] | undefined {
  const [plugin = ""] = name.split(" ");
  const what = [plugin, name].find((one) => settings?.disabled.has(one));
  if (what === undefined) return undefined;
  const place = settings?.disabled.get(what) ?? "";
  return {
    rule: `settings: ${what} is switched off`,
    code: "plugin-disabled",
    message: `${name} is refused: ${what} is switched off in ${place}`,
    hint: "whoever keeps that file can switch it on again",
  };
}

function unlisted(
  { name, sha256, commands, file }: AgentPlugin,
  settings: PluginSettings | undefined,
): NonNullable<AgentPolicy["refusal"]> {
  const level = levels[Math.max(...commands.map((entry) => levels.indexOf(entry.level)))] ?? "inspect";
  return {
    rule: "built-in: a plugin that the settings do not list counts as console",
    code: "level-refused",
    message: `the plugin ${name} is in no settings, so its commands count as console, which is refused`,
    hint: `read ${file === "" ? "its file" : file}, then put under [plugins] in ${settings?.place ?? "ispyd.toml"}: ${pinLine(name, level, sha256)}`,
  };
}

/** The line of ispyd.toml that lists a plugin. */
export function pinLine(name: string, level: Level, sha256: string): string {
  return `${name} = { level = "${level}", sha256 = "${sha256}" }`;
}

/** By last word, agents' commands that may be called by it alone: no other has it, and no command begins with it. */
export function shortNames(catalogue: Catalogue): ReadonlyMap<string, string> {
  const first = new Set([...catalogue.keys()].map((name) => name.split(" ")[0] ?? ""));
  const found = new Map<string, string[]>();
  for (const { name, reaches, hidden } of catalogue.values()) {
    const [, last, ...more] = name.split(" ");
    if (reaches !== "agents" || hidden === true || last === undefined || more.length > 0 || first.has(last)) continue;
    found.set(last, [...(found.get(last) ?? []), name]);
  }
  return new Map([...found].flatMap(([last, names]) => (names.length === 1 ? names.map((name) => [last, name] as const) : [])));
}
