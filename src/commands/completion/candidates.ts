// What could stand for the last of the words typed after `ispyd`: from the records alone; targets are left to the caller.

import type { CommandRecord } from "../../protocol/command.ts";
import { globalOptions } from "../../protocol/global-options.ts";
import { optionName, parametersOf, type Parameter } from "../../protocol/parameters.ts";

export interface Candidate {
  readonly word: string;
  readonly description: string;
}

/** `targets` and `files` are asked of the system; candidates are already those that `prefix` begins. */
export type Wanted =
  | { readonly kind: "candidates"; readonly candidates: readonly Candidate[] }
  | { readonly kind: "targets" }
  | { readonly kind: "files" };

interface Position {
  readonly path: readonly string[];
  readonly record: CommandRecord | undefined;
  /** The words after the command. */
  readonly positionals: readonly string[];
  /** The option that waits for its value. */
  readonly pending: Parameter | undefined;
  readonly onlyWords: boolean;
  readonly used: ReadonlySet<string>;
}

const nothing: Wanted = { kind: "candidates", candidates: [] };

export function wantedAt(words: readonly string[], all: readonly CommandRecord[]): Wanted {
  const prefix = words.at(-1) ?? "";
  const position = positionAfter(words.slice(0, -1), all);
  const wanted = wantedBy(position, prefix, all);
  if (wanted.kind !== "candidates") return wanted;
  return { kind: "candidates", candidates: wanted.candidates.filter(({ word }) => word.startsWith(prefix)) };
}

function positionAfter(words: readonly string[], all: readonly CommandRecord[]): Position {
  const used = new Set<string>();
  let position: Position = { path: [], record: undefined, positionals: [], pending: undefined, onlyWords: false, used };
  for (const word of words) {
    if (position.pending !== undefined) position = { ...position, pending: undefined };
    else if (!position.onlyWords && word === "--") position = { ...position, onlyWords: true };
    else if (!position.onlyWords && word.startsWith("-")) {
      const option = optionsOf(position.record).find((one) => optionName(one) === word || `-${one.short ?? ""}` === word);
      used.add(option === undefined ? (word.split("=")[0] ?? word) : optionName(option));
      position = { ...position, pending: option?.kind === "flag" ? undefined : option };
    } else if (position.record !== undefined) position = { ...position, positionals: [...position.positionals, word] };
    else {
      const path = [...position.path, word];
      position = { ...position, path, record: all.find(({ name }) => name === path.join(" ")) };
    }
  }
  return position;
}

function optionsOf(record: CommandRecord | undefined): Parameter[] {
  const own = record === undefined ? [] : parametersOf(record).filter(({ positional }) => !positional);
  return [...own, ...globalOptions];
}

function wantedBy(position: Position, prefix: string, all: readonly CommandRecord[]): Wanted {
  const { pending, record, onlyWords, path } = position;
  if (pending !== undefined) return valuesOf(pending, "");
  if (!onlyWords && prefix.startsWith("--") && prefix.includes("=")) return valuesAfterEquals(record, prefix);
  if (!onlyWords && prefix.startsWith("-")) return optionCandidates(position);
  if (record === undefined) return { kind: "candidates", candidates: commandWords(path, all) };
  return positionalValues(record, position, all);
}

function valuesAfterEquals(record: CommandRecord | undefined, prefix: string): Wanted {
  const name = prefix.slice(0, prefix.indexOf("="));
  const option = optionsOf(record).find((one) => optionName(one) === name);
  return option === undefined || option.callerFile ? nothing : valuesOf(option, `${name}=`);
}

function valuesOf(parameter: Parameter, before: string): Wanted {
  if (parameter.callerFile) return { kind: "files" };
  return { kind: "candidates", candidates: parameter.choices.map((choice) => ({ word: before + choice, description: "" })) };
}

function optionCandidates({ record, used }: Position): Wanted {
  const options = optionsOf(record).filter((option) => option.many || !used.has(optionName(option)));
  return { kind: "candidates", candidates: options.map((option) => ({ word: optionName(option), description: option.description })) };
}

/** The next words of command names that begin with `path`, each once. */
function commandWords(path: readonly string[], all: readonly CommandRecord[]): Candidate[] {
  const prefix = path.length === 0 ? "" : `${path.join(" ")} `;
  const found = new Map<string, string>();
  for (const { name, summary, hidden } of all) {
    if (hidden === true || !name.startsWith(prefix)) continue;
    const [word = "", ...more] = name.slice(prefix.length).split(" ");
    if (!found.has(word)) found.set(word, more.length === 0 ? summary : `commands of ${prefix}${word}`);
  }
  return [...found].map(([word, description]) => ({ word, description }));
}

function positionalValues(record: CommandRecord, { positionals }: Position, all: readonly CommandRecord[]): Wanted {
  if (record.name === "help")
    return { kind: "candidates", candidates: [...commandWords(positionals, all), ...(positionals.length === 0 ? topics : [])] };
  const takesTarget = record.target !== "none";
  if (takesTarget && positionals.length === 0) return { kind: "targets" };
  const own = parametersOf(record).filter(({ positional }) => positional);
  const parameter = own[positionals.length - (takesTarget ? 1 : 0)];
  return parameter === undefined ? nothing : valuesOf(parameter, "");
}

const topics: readonly Candidate[] = [
  { word: "levels", description: "what a command does to its target" },
  { word: "exit-codes", description: "what the exit codes mean" },
];
