// `plugins`: what agents offer and what the settings make of it. Asks every worker of the target, and remembers what others' plugins declare.

import { rememberPlugins } from "../inside/catalogue-cache.ts";
import { builtInPlugins, otherPolicy } from "../protocol/agent-catalogue.ts";
import type { AgentPlugin } from "../protocol/agent-entry.ts";
import { isAgentRecord } from "../protocol/agent-record.ts";
import type { WorkerName } from "../protocol/agent-result.ts";
import type record from "../protocol/commands/plugins.ts";
import type { Context, Handler, PluginSettings } from "../protocol/request.ts";
import type { z } from "zod";
import { agentCeilingRefusal } from "./ceiling.ts";
import { askEachAgent } from "./each-agent.ts";

type Result = z.output<(typeof record)["result"]>;
type Shown = Result["plugins"][number];

export const run: Handler<typeof record> = async (_params, context) => {
  if (context.target === undefined) return { plugins: knownPlugins(context), silent: [] };
  const { answers, silent, service } = await askEachAgent(
    context,
    async (link, peer, options) => agentCeilingRefusal(peer.pid, link.hello.ceiling, "inspect") ?? (await link.catalogue(options)),
  );
  const groups = new Map<string, { plugin: AgentPlugin; workers: WorkerName[] }>();
  for (const { peer, answer } of answers) {
    for (const plugin of answer.plugins) {
      const key = JSON.stringify([plugin.name, plugin.sha256, plugin.state, plugin.why, plugin.file]);
      const group = groups.get(key) ?? { plugin, workers: [] };
      group.workers.push({ pid: peer.pid, label: peer.label });
      groups.set(key, group);
    }
  }
  const found = [...groups.values()];
  rememberPlugins(
    service,
    found.map(({ plugin }) => plugin).filter(({ builtIn }) => !builtIn),
  );
  return {
    plugins: found.map(({ plugin, workers }) => shownPlugin(plugin, workers, context.settings.plugins)),
    silent: silent.map(({ peer, answer }) => ({ pid: peer.pid, label: peer.label, why: answer.message, remedy: answer.hint })),
  };
};

/** What comes with the agent, and what is remembered of others. */
function knownPlugins({ catalogue, settings }: Context): Shown[] {
  const plugins = new Map<string, AgentPlugin>(builtInPlugins().map((plugin) => [plugin.name, plugin]));
  for (const one of catalogue.values()) {
    if (isAgentRecord(one) && "commands" in one.agent.plugin) plugins.set(one.agent.plugin.name, one.agent.plugin);
  }
  return [...plugins.values()].map((plugin) => shownPlugin(plugin, [], settings.plugins));
}

function shownPlugin(plugin: AgentPlugin, workers: WorkerName[], settings: PluginSettings | undefined): Shown {
  const { name, summary, builtIn, file, sha256 } = plugin;
  const levelled = builtIn
    ? builtInCommands(name)
    : plugin.commands.map((entry) => ({ ...entry, level: otherPolicy(plugin, entry, settings).level }));
  return {
    name,
    summary,
    builtIn,
    file,
    sha256,
    workers,
    ...standing(plugin, settings),
    commands: levelled.map((entry) => ({ name: entry.name, level: entry.level, summary: entry.summary })),
  };
}

/** Their levels are what the checked-in catalogue says. */
function builtInCommands(name: string): AgentPlugin["commands"] {
  return builtInPlugins().find((plugin) => plugin.name === name)?.commands ?? [];
}

function standing(plugin: AgentPlugin, settings: PluginSettings | undefined): Pick<Shown, "state" | "why" | "remedy"> {
  const place = settings?.disabled.get(plugin.name);
  if (place !== undefined) return { state: "switched off", why: `switched off in ${place}`, remedy: "" };
  if (plugin.state !== "ready") return { state: plugin.state, why: plugin.why, remedy: "" };
  if (plugin.builtIn) return { state: "ready", why: "", remedy: "" };
  const [entry] = plugin.commands;
  const refusal = entry === undefined ? undefined : otherPolicy(plugin, entry, settings).refusal;
  const listed = settings?.listed.get(plugin.name);
  if (listed === undefined) return { state: "unlisted", why: refusal?.message ?? "", remedy: refusal?.hint ?? "" };
  if (listed.sha256 === plugin.sha256) return { state: "ready", why: "", remedy: "" };
  const remedy = `read it, then set sha256 = "${plugin.sha256}" in the entry ${plugin.name} under [plugins] of ispyd.toml`;
  return { state: "changed", why: "its file is not the one that the settings pin", remedy };
}
