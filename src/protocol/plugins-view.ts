// The answer of `plugins` as people see it: one line for each plugin, and below it what keeps one from being used.

import type { WorkerName } from "./agent-result.ts";
import type { Level } from "./level.ts";
import type { Cell, Column, Tone, View } from "./view.ts";
import { workersText } from "./worker-names.ts";

export interface PluginFacts {
  readonly name: string;
  readonly summary: string;
  readonly state: string;
  readonly why: string;
  readonly remedy: string;
  readonly workers: readonly WorkerName[];
  readonly commands: readonly { readonly name: string; readonly level: Level }[];
}

const columns: readonly Column[] = [{ title: "PLUGIN" }, { title: "STATE" }, { title: "COMMANDS", shrinks: true }];

export function pluginsView({ plugins }: { readonly plugins: readonly PluginFacts[] }): View[] {
  const asked = plugins.some(({ workers }) => workers.length > 0);
  const shown = asked ? [...columns, { title: "WORKERS", shrinks: true }] : columns;
  const notes = plugins.flatMap(noteOf);
  return [
    { shape: "table", columns: shown, rows: plugins.map((plugin) => rowOf(plugin, asked)), empty: "there is no plugin" },
    ...(notes.length === 0 ? [] : [{ shape: "events" as const, lines: notes }]),
  ];
}

function rowOf({ name, state, commands, workers }: PluginFacts, asked: boolean): Cell[] {
  const tone: Tone = state === "ready" ? "good" : state === "broken" ? "bad" : "warn";
  return [{ text: name, tone: "strong" }, { text: state, tone }, commandsText(name, commands), ...(asked ? [workersText(workers)] : [])];
}

/** "inspect: cwd, fds; capture: environ". */
function commandsText(plugin: string, commands: PluginFacts["commands"]): string {
  const byLevel = new Map<Level, string[]>();
  for (const { name, level } of commands) byLevel.set(level, [...(byLevel.get(level) ?? []), name.slice(plugin.length + 1)]);
  return [...byLevel].map(([level, names]) => `${level}: ${names.join(", ")}`).join("; ");
}

function noteOf({ name, why, remedy }: PluginFacts): Cell[][] {
  if (why === "") return [];
  return [[{ text: `${name}: `, tone: "strong" }, why], ...(remedy === "" ? [] : [[{ text: "  → ", tone: "dim" as const }, remedy]])];
}
