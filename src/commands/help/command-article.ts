// The article about one command, from its record alone.

import { formatDurationMs } from "../../base/units.ts";
import type { CommandRecord } from "../../protocol/command.ts";
import { globalOptions, targetInWords } from "../../protocol/global-options.ts";
import { levelMeanings } from "../../protocol/level.ts";
import { listed, optionUsage, parametersOf, type Parameter } from "../../protocol/parameters.ts";
import type { Article, Entry, EntryList } from "./article.ts";

export function commandArticle(record: CommandRecord): Article {
  const parameters = parametersOf(record);
  const lists: EntryList[] = [
    { title: "Arguments", entries: argumentEntries(record, parameters) },
    { title: "Options", entries: parameters.filter(({ positional }) => !positional).map(optionEntry) },
    { title: "Examples", entries: record.examples.map(({ command, says }) => ({ term: command, text: says })), apart: true },
    { title: "Level", entries: levelEntries(record, parameters) },
    { title: "Options of every command", entries: globalOptions.map(optionEntry) },
  ];
  return {
    name: `ispyd ${record.name}`,
    summary: record.summary,
    usage: usageOf(record, parameters),
    paragraphs: [record.description],
    lists: lists.filter(({ entries }) => entries.length > 0),
    related: ["levels", "exit-codes"],
  };
}

function levelEntries(record: CommandRecord, parameters: readonly Parameter[]): Entry[] {
  const raised = parameters.flatMap((parameter) => (parameter.level === undefined ? [] : [{ parameter, level: parameter.level }]));
  return [
    { term: record.level, text: levelMeanings[record.level] },
    ...raised.map(({ parameter, level }) => ({ term: level, text: `with ${optionUsage(parameter)}: ${levelMeanings[level]}` })),
  ];
}

function usageOf(record: CommandRecord, parameters: readonly Parameter[]): string {
  const target = { none: [], optional: ["[TARGET]"], required: ["TARGET"] }[record.target];
  const positionals = parameters.filter(({ positional }) => positional).map(positionalUsage);
  const options = parameters
    .filter(({ positional }) => !positional)
    .map((parameter) => (parameter.required ? optionUsage(parameter) : `[${optionUsage(parameter)}]`));
  return ["ispyd", record.name, ...target, ...positionals, ...options].join(" ");
}

function positionalUsage(parameter: Parameter): string {
  const name = `${parameter.kind === "choice" ? parameter.choices.join("|") : parameter.placeholder}${parameter.many ? "..." : ""}`;
  return parameter.required ? name : `[${name}]`;
}

function argumentEntries(record: CommandRecord, parameters: readonly Parameter[]): Entry[] {
  const target =
    record.target === "none"
      ? []
      : [{ term: "TARGET", text: `${targetInWords}${record.target === "optional" ? "; may be left out" : ""}` }];
  const others = parameters.filter(({ positional }) => positional);
  return [...target, ...others.map((parameter) => ({ term: positionalUsage(parameter), text: parameter.description }))];
}

export function optionEntry(parameter: Parameter): Entry {
  const short = parameter.short === undefined ? "" : `-${parameter.short}, `;
  const facts = optionFacts(parameter);
  return {
    term: `${short}${optionUsage(parameter)}`,
    text: `${parameter.description}${facts.length === 0 ? "" : ` (${facts.join("; ")})`}`,
  };
}

function optionFacts(parameter: Parameter): string[] {
  const { minimum, maximum, fallback, choices, many, required, kind, description } = parameter;
  const words = (value: number): string => (kind === "duration" ? formatDurationMs(value) : String(value));
  const range = [minimum === undefined ? "" : `from ${words(minimum)}`, maximum === undefined ? "" : `to ${words(maximum)}`]
    .filter((word) => word !== "")
    .join(" ");
  const shown =
    typeof fallback === "number"
      ? [`default ${words(fallback)}`]
      : typeof fallback === "string" && fallback !== ""
        ? [`default ${fallback}`]
        : [];
  const values = kind === "choice" && !choices.every((choice) => description.includes(choice)) ? [listed(choices)] : [];
  return [...values, ...(range === "" ? [] : [range]), ...shown, ...(many ? ["may be repeated"] : []), ...(required ? ["needed"] : [])];
}
