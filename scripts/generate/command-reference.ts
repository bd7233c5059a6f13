// The text of docs/commands.md: each command's article, as help prints it, with the shape of its JSON answer.

import { z } from "zod";
import type { Article, EntryList } from "../../src/commands/help/article.ts";
import { commandArticle, optionEntry } from "../../src/commands/help/command-article.ts";
import { exitCodeEntries } from "../../src/commands/help/topics.ts";
import { isAgentRecord } from "../../src/protocol/agent-record.ts";
import type { CommandRecord } from "../../src/protocol/command.ts";
import { globalOptions } from "../../src/protocol/global-options.ts";
import { levelMeanings, levels } from "../../src/protocol/level.ts";
import { generatedNotice } from "./identifier.ts";
import { jsonShape } from "./json-shape.ts";

const sharedOptions = "Options of every command";

export function commandReference(records: readonly CommandRecord[]): string {
  const shown = records.filter(({ hidden }) => hidden !== true);
  const agents = shown.filter(isAgentRecord).slice(0, 1);
  const sections = [
    ["# Commands", `<!-- ${generatedNotice} -->`, contents(shown)],
    shown.flatMap(commandSection),
    agents.flatMap((record) => ["## JSON of agents' commands", ...jsonSection(record, "PLUGIN COMMAND")]),
    [`## ${sharedOptions}`, entryTable({ title: sharedOptions, entries: globalOptions.map(optionEntry) })],
    ["## Levels", entryTable({ title: "Levels", entries: levels.map((level) => ({ term: level, text: levelMeanings[level] })) })],
    ["## Exit codes", entryTable({ title: "Exit codes", entries: exitCodeEntries() })],
  ];
  return `${sections.flat().join("\n\n")}\n`;
}

function contents(records: readonly CommandRecord[]): string {
  const rows = records.map(({ name, level, summary }) => `| [${name}](#${name.replaceAll(" ", "-")}) | ${level} | ${cell(summary)} |`);
  return ["| command | level | |", "| --- | --- | --- |", ...rows].join("\n");
}

function commandSection(record: CommandRecord): string[] {
  const article = commandArticle(record);
  return [
    `## ${record.name}`,
    `${article.summary}. Level: ${record.level}.`,
    fenced(article.usage),
    ...article.paragraphs,
    ...lists(article),
    ...(isAgentRecord(record) ? [] : jsonSection(record)),
  ];
}

function lists({ lists: all }: Article): string[] {
  const own = all.filter(({ title }) => title !== sharedOptions && title !== "Level");
  return own.flatMap((list) => (list.title === "Examples" ? [examples(list)] : [entryTable(list)]));
}

function examples({ entries }: EntryList): string {
  return fenced(entries.map(({ term, text }) => `${term}\n    ${text}`).join("\n"));
}

function entryTable({ title, entries }: EntryList): string {
  return [`| ${title} | |`, "| --- | --- |", ...entries.map(({ term, text }) => `| \`${cell(term)}\` | ${cell(text)} |`)].join("\n");
}

function jsonSection(record: CommandRecord, name: string = record.name): string[] {
  const envelope = z.object({ schema: z.literal(1), command: z.literal(name) });
  const notes = z.object({ notes: z.array(z.object({ message: z.string(), remedy: z.string().optional(), partial: z.boolean() })) });
  const result = record.result instanceof z.ZodObject ? record.result : z.object({ result: record.result });
  const shape = jsonShape(z.toJSONSchema(envelope.extend(result.shape).extend(notes.shape), { unrepresentable: "any", reused: "inline" }));
  return ["With `--json`:", fenced(shape.join("\n"))];
}

function fenced(text: string): string {
  return `\`\`\`\n${text}\n\`\`\``;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
