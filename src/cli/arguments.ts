// The words and options of one known command as target and params.
// Called by parse; each word is read by values.ts.

import type { Failure } from "../base/failure.ts";
import type { CommandRecord } from "../protocol/command.ts";
import { targetInWords } from "../protocol/global-options.ts";
import { checkedOnce, optionName, parametersOf, valueInWords, type Parameter } from "../protocol/parameters.ts";
import type { GivenOptions } from "./program.ts";
import { misuse, quoted, readText, readValue, type Place } from "./values.ts";

const targetLengthMax = 256;

/** `connected` is the target of a session: taken where the words are no more than the command's own. */
export function targetOf(
  record: CommandRecord,
  words: readonly string[],
  connected?: string,
): { target?: string; rest: readonly string[] } {
  if (record.target === "none") return { rest: words };
  if (connected !== undefined && words.length <= mostWordsOf(record)) return { target: connected, rest: words };
  const [target, ...rest] = words;
  if (target === undefined && record.target === "required") {
    throw misuse(record.name, `needs a target: ${targetInWords}`, "ispyd ps shows what is running");
  }
  if (target === undefined) return { rest };
  return { target: readTarget(target, record.name), rest };
}

function mostWordsOf(record: CommandRecord): number {
  const own = parametersOf(record).filter(({ positional }) => positional);
  return own.some(({ many }) => many) ? Infinity : own.length;
}

function readTarget(text: string, command: string): string {
  const target = readText(text, { command, where: "the target" });
  if (target.length > targetLengthMax)
    throw misuse(command, `the target is ${target.length} characters long; the most is ${targetLengthMax}`);
  if (target.startsWith("-")) throw misuse(command, `the target is ${targetInWords}, not ${quoted(target)}`);
  return target;
}

export function optionValues(record: CommandRecord, given: GivenOptions): Record<string, unknown> {
  return Object.fromEntries(
    [...given].map(([parameter, texts]) => {
      const place = { command: record.name, where: optionName(parameter) };
      if (texts === true) return [parameter.name, parameter.fallback !== true];
      return [parameter.name, valueOf(parameter, parameter.many ? texts : texts.slice(-1), place)];
    }),
  );
}

function valueOf(parameter: Parameter, texts: readonly string[], place: Place): unknown {
  const values = texts.map((text) => readValue(parameter, text, place));
  return parameter.many ? values : values[0];
}

export function positionalValues(record: CommandRecord, words: readonly string[]): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  let rest = words;
  for (const parameter of parametersOf(record).filter(({ positional }) => positional)) {
    const taken = rest.slice(0, parameter.many ? rest.length : 1);
    rest = rest.slice(taken.length);
    if (taken.length > 0) values[parameter.name] = valueOf(parameter, taken, { command: record.name, where: parameter.placeholder });
    else if (parameter.required)
      throw misuse(record.name, `needs ${parameter.placeholder}: ${valueInWords(parameter) || parameter.description}`);
  }
  if (rest.length > 0) throw tooMany(record, rest);
  return values;
}

function tooMany(record: CommandRecord, rest: readonly string[]): Failure {
  const takesOnlyTarget = record.target !== "none" && !parametersOf(record).some(({ positional }) => positional);
  const takes = takesOnlyTarget ? "takes one target, got also" : "takes no further word, got";
  return misuse(record.name, `${takes} ${quoted(rest.join(" "))}`);
}

/** The rules of the schema that single words do not show: patterns, needed options, refinements. Defaults are left to dispatch. */
export function checkedParams(record: CommandRecord, params: Record<string, unknown>): Record<string, unknown> {
  const parsed = record.params.safeParse(params, checkedOnce);
  if (parsed.success) return params;
  const issue = parsed.error.issues[0];
  const parameter = parametersOf(record).find(({ name }) => name === issue?.path[0]);
  if (parameter === undefined) throw misuse(record.name, issue?.message ?? "wrong arguments");
  const where = parameter.positional ? parameter.placeholder : optionName(parameter);
  throw misuse(record.name, parameter.name in params ? `${where}: ${issue?.message ?? "wrong value"}` : `needs ${where}`);
}
