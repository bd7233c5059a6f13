// What was typed and fits no command or option, as a Failure with the nearest names.
// Called by parse where commander found nothing to hand on.

import type { CommanderError } from "commander";
import { closestNames } from "../base/closest-names.ts";
import { Failure } from "../base/failure.ts";
import type { CommandRecord } from "../protocol/command.ts";
import { globalOptions } from "../protocol/global-options.ts";
import { optionName, parametersOf } from "../protocol/parameters.ts";
import type { Found } from "./program.ts";
import { didYouMean, misuse, quoted } from "./values.ts";

type Catalogue = ReadonlyMap<string, CommandRecord>;

/** commander's refusal in our words; it names the option only inside its message: `error: unknown option '--x'`, `error: option '-f, --x <value>' argument missing`. */
export function refusalOf(error: CommanderError, argv: readonly string[], catalogue: Catalogue): Failure {
  const record = recordIn(argv, catalogue);
  const command = record?.name ?? "";
  const named = /'([^]*)'/.exec(error.message)?.[1] ?? "";
  if (error.code === "commander.unknownOption") return unknownOption(named, record);
  const option = named.replace(/^-\w, /, "").replace(/ <value>$/, "");
  if (error.code === "commander.optionMissingArgument") return misuse(command, `${option} needs a value`);
  return misuse(command, error.message.replace(/^error: /, ""));
}

function recordIn(argv: readonly string[], catalogue: Catalogue): CommandRecord | undefined {
  const words = argv.filter((word) => !word.startsWith("-"));
  return [...catalogue.values()].find((record) => {
    const parts = record.name.split(" ");
    return parts.every((part, index) => words[index] === part);
  });
}

function unknownOption(typed: string, record: CommandRecord | undefined): Failure {
  const name = typed.split("=")[0] ?? typed;
  const own = record === undefined ? [] : parametersOf(record).filter((parameter) => !parameter.positional);
  const names = [...own, ...globalOptions].map(optionName);
  const takesNoValue = name !== typed && names.includes(name);
  if (takesNoValue) return misuse(record?.name ?? "", `${name} takes no value, got ${quoted(typed)}`);
  return misuse(record?.name ?? "", `there is no option ${quoted(name)}`, didYouMean(closestNames(name, names)));
}

/** Failure for words that name no command: command-unknown, or argument-invalid where a group or an option stands alone. */
export function noCommand({ group, words }: Found, catalogue: Catalogue): Failure {
  const [word] = words;
  if (word === undefined) return misuse(group, `needs one of its commands: ${commandsBelow(group, catalogue).join(", ")}`);
  if (word.startsWith("-")) {
    const hint = group === "" ? "options of a command follow its name; ispyd help lists the commands" : undefined;
    return misuse(group, `there is no option ${quoted(word)} ${group === "" ? "before a command" : ""}`.trimEnd(), hint);
  }
  const prefix = group === "" ? "" : `${group} `;
  const names = [...new Set(commandsBelow(group, catalogue))];
  const near = didYouMean((word === "" ? [] : closestNames(word, names)).map((name) => `ispyd ${prefix}${name}`));
  return new Failure({
    code: "command-unknown",
    message: `there is no command ${quoted(prefix + word)}`,
    hint: near ?? `ispyd help ${group}`.trimEnd() + " lists the commands",
  });
}

/** First words after the group's own, of commands that people call. */
function commandsBelow(group: string, catalogue: Catalogue): string[] {
  const prefix = group === "" ? "" : `${group} `;
  const names = [...catalogue.values()]
    .filter((record) => record.hidden !== true && record.name.startsWith(prefix))
    .map((record) => record.name);
  return names.map((name) => name.slice(prefix.length).split(" ")[0] ?? "");
}
