// The articles that are about no single command: the overview, a group of commands, the levels, the exit codes.

import { failureCodes, partialExitCode } from "../../base/failure-codes.ts";
import { isAgentRecord } from "../../protocol/agent-record.ts";
import type { CommandRecord } from "../../protocol/command.ts";
import { globalOptions, targetInWords } from "../../protocol/global-options.ts";
import { levelMeanings, levels, type Level } from "../../protocol/level.ts";
import type { Article, Entry, EntryList } from "./article.ts";
import { optionEntry } from "./command-article.ts";

/** Commands by level, what they do to a target rising; those without a target last. */
const levelsInOrder: readonly Level[] = [...levels.filter((level) => level !== "local"), "local"];

export function overviewArticle(records: readonly CommandRecord[]): Article {
  const lists = levelsInOrder.map((level) =>
    commandList(
      levelTitle(level),
      records.filter((record) => record.level === level && !isAgentRecord(record)),
    ),
  );
  return {
    name: "ispyd",
    summary: "what a live Python web application is doing, and why",
    usage: "ispyd COMMAND [TARGET] [options]",
    paragraphs: [`TARGET is ${targetInWords}.`],
    lists: [
      ...[...lists.slice(0, -1), pluginList(records), ...lists.slice(-1)].filter(({ entries }) => entries.length > 0),
      { title: "Options of every command", entries: globalOptions.map(optionEntry) },
    ],
    related: ["COMMAND", "levels", "exit-codes"],
  };
}

/** One line for each plugin: a service may have a hundred commands of that kind. */
function pluginList(records: readonly CommandRecord[]): EntryList {
  const byPlugin = new Map<string, string[]>();
  for (const { name } of records.filter(isAgentRecord)) {
    const [plugin = "", ...rest] = name.split(" ");
    byPlugin.set(plugin, [...(byPlugin.get(plugin) ?? []), rest.join(" ")]);
  }
  const entries = [...byPlugin].map(([plugin, names]) => ({ term: plugin, text: names.join(", ") }));
  return { title: "Commands of plugins, which the agent in the target answers (ispyd help PLUGIN)", entries };
}

function levelTitle(level: Level): string {
  return level === "local" ? "Without a target" : `Level ${level}: ${levelMeanings[level].split(":")[0] ?? ""}`;
}

export function groupArticle(group: string, records: readonly CommandRecord[]): Article {
  return {
    name: `ispyd ${group}`,
    summary: `the commands of ${group}`,
    usage: `ispyd ${group} COMMAND [options]`,
    paragraphs: [],
    lists: [commandList("Commands", records)],
    related: records.map(({ name }) => name),
  };
}

function commandList(title: string, records: readonly CommandRecord[]): EntryList {
  return { title, entries: records.map(({ name, summary }) => ({ term: name, text: summary })) };
}

export function levelsArticle(records: readonly CommandRecord[]): Article {
  const entries = levelsInOrder.map((level) => {
    const names = records.filter((record) => record.level === level && !isAgentRecord(record)).map(({ name }) => name);
    return { term: level, text: `${levelMeanings[level]}${names.length === 0 ? "" : ` (${names.join(", ")})`}` };
  });
  return {
    name: "ispyd levels",
    summary: "what a command does to its target",
    usage: "",
    paragraphs: [
      "Every command has one level. Without a policy, local, look and inspect are free; capture and change need --reason, which goes into the audit log; console is refused.",
    ],
    lists: [{ title: "Levels", entries }],
    related: ["exit-codes"],
  };
}

export function exitCodesArticle(): Article {
  return {
    name: "ispyd exit-codes",
    summary: "what the exit codes mean",
    usage: "",
    paragraphs: ["With --json a failure is one JSON document on standard error, whose error.code is one of the names below."],
    lists: [{ title: "Exit codes", entries: exitCodeEntries() }],
    related: ["levels"],
  };
}

/** By number; where a code of a Failure leads to it, one entry each. */
export function exitCodeEntries(): Entry[] {
  const failures = Object.entries(failureCodes).map(([code, { exitCode, meaning }]) => ({ exitCode, text: `${code}: ${meaning}` }));
  const others = [
    { exitCode: 0, text: "done" },
    { exitCode: partialExitCode, text: "done in part: the answer is right, and its notes say what it lacks" },
    { exitCode: 143, text: "interrupted by SIGTERM" },
  ];
  const sorted = [...failures, ...others].toSorted((a, b) => a.exitCode - b.exitCode);
  return sorted.map(({ exitCode, text }) => ({ term: String(exitCode), text }));
}
