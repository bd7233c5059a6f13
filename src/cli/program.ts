// The commander tree made from the records: it splits argv into command, options and words, and judges nothing else.
// First step of a request's path from the shell; parse.ts turns what it found into a request.

import { Command, Option } from "commander";
import type { CommandRecord } from "../protocol/command.ts";
import { globalOptions } from "../protocol/global-options.ts";
import { optionName, parametersOf, type Parameter } from "../protocol/parameters.ts";

/** An option as it was typed: its texts in order, or true for a flag. */
export type GivenOptions = ReadonlyMap<Parameter, true | readonly string[]>;

/** What was found: the command's record or, where there is none, the group ("" for none) and what follows. */
export interface Found {
  readonly record: CommandRecord | undefined;
  readonly group: string;
  readonly words: readonly string[];
  readonly options: GivenOptions;
  readonly globals: GivenOptions;
}

/** Splits argv (without node and script). Throws commander's CommanderError for an unknown option or a missing value. */
export function splitArguments(argv: readonly string[], catalogue: ReadonlyMap<string, CommandRecord>): Found {
  let found: Omit<Found, "globals"> = { record: undefined, group: "", words: [], options: new Map() };
  const onWords = (group: string, words: readonly string[]): void => {
    found = { record: undefined, group, words, options: new Map() };
  };
  const leaves: Leaves = new Map();
  const program = parentOf(leaves, silent(new Command("ispyd")));
  const globals = addOptions(program, globalOptions);
  onWordsOf(program, "", onWords);
  // A command whose first word was not typed can't be called: of the tree only the branch that may be is made.
  const typed = new Set(argv);
  for (const record of catalogue.values()) {
    if (!typed.has(record.name.split(" ")[0] ?? "")) continue;
    const leaf = leafFor(program, record.name, { leaves, onWords });
    // Reading a record's parameters takes a millisecond: only the command that is called pays it.
    leaves.set(leaf, () => {
      const options = addOptions(
        leaf,
        parametersOf(record).filter((parameter) => !parameter.positional),
      );
      leaf.action(() => {
        found = { record, group: "", words: leaf.args, options };
      });
    });
  }
  program.parse([...argv], { from: "user" });
  return { ...found, globals };
}

/** What is still to be done to a command before it can be parsed. */
type Leaves = Map<Command, () => void>;

function parentOf(leaves: Leaves, command: Command): Command {
  return command.hook("preSubcommand", (_, leaf) => leaves.get(leaf)?.());
}

type OnWords = (group: string, words: readonly string[]) => void;

/** Never commander's own text, help or exit: everything comes back as a value or a throw. */
function silent(command: Command): Command {
  return command
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .helpOption(false)
    .helpCommand(false)
    .showSuggestionAfterError(false)
    .allowExcessArguments();
}

/** A program or group runs this where no command of its own was named. */
function onWordsOf(command: Command, group: string, onWords: OnWords): void {
  command.allowUnknownOption().action(() => onWords(group, command.args));
}

function leafFor(program: Command, name: string, { leaves, onWords }: { leaves: Leaves; onWords: OnWords }): Command {
  const parts = name.split(" ");
  let parent = program;
  for (const [index, part] of parts.slice(0, -1).entries()) {
    const known = parent.commands.find((command) => command.name() === part);
    // A command may have others below it (`tasks`, `tasks tree`): then the options behind the second word are the second's.
    if (known?.commands.length === 0 && leaves.has(known)) parentOf(leaves, known.enablePositionalOptions());
    const group = known ?? parentOf(leaves, silent(parent.command(part)));
    if (known === undefined) onWordsOf(group, parts.slice(0, index + 1).join(" "), onWords);
    parent = group;
  }
  return silent(parent.command(parts.at(-1) ?? name));
}

/** The map fills while commander parses. */
function addOptions(command: Command, parameters: readonly Parameter[]): GivenOptions {
  const given = new Map<Parameter, true | string[]>();
  for (const parameter of parameters) {
    const short = parameter.short === undefined ? "" : `-${parameter.short}, `;
    const option = new Option(`${short}${optionName(parameter)}${parameter.kind === "flag" ? "" : " <value>"}`);
    command.addOption(option);
    command.on(`option:${option.name()}`, (text: string | undefined) => {
      const before = given.get(parameter);
      if (Array.isArray(before)) before.push(text ?? "");
      else given.set(parameter, parameter.kind === "flag" ? true : [text ?? ""]);
    });
  }
  return given;
}
