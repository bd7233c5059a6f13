// `help` of a session: its own commands, and those that can be typed where it is. What one command does, the help of every command line tells.

import { isAgentRecord } from "../../protocol/agent-record.ts";
import type { CommandRecord } from "../../protocol/command.ts";
import type { View } from "../../protocol/view.ts";
import type { OwnCommand } from "./own-command.ts";
import { pluginNames, type Session } from "./session.ts";

export function overviewViews(session: Session, own: readonly OwnCommand[]): View[] {
  const all = [...session.house.catalogue.values()].filter(({ hidden }) => hidden !== true);
  return [
    ...(session.plugin === undefined ? [] : [pluginList(session.plugin, all)]),
    list(
      "Of the session (help COMMAND says more)",
      own.map(({ usage, summary }) => [usage, summary]),
    ),
    words(
      "Commands (the target is filled in where the session has one)",
      all.filter((record) => !isAgentRecord(record) && record.starts === undefined && record.opens === undefined).map(({ name }) => name),
    ),
    words("Plugins (!NAME goes into one)", pluginNames(session)),
  ];
}

export function ownViews({ usage, summary, description }: OwnCommand): View[] {
  return [{ shape: "text", text: `${usage}: ${summary}\n\n${description}`, wraps: true }];
}

function pluginList(plugin: string, all: readonly CommandRecord[]): View {
  const commands = all.filter(({ name }) => name.startsWith(`${plugin} `));
  return list(
    `Of the plugin ${plugin}`,
    commands.map(({ name, summary }) => [name.slice(plugin.length + 1), summary]),
  );
}

function list(title: string, entries: readonly (readonly [string, string])[]): View {
  const width = Math.max(...entries.map(([term]) => term.length));
  return { shape: "text", title, text: entries.map(([term, text]) => `  ${term.padEnd(width)}  ${text}`).join("\n"), wraps: true };
}

function words(title: string, names: readonly string[]): View {
  return { shape: "text", title, text: `  ${names.join(", ")}`, wraps: true };
}
