// argv to a request: the records say what a command takes, and every misuse ends here with a Failure that names the next step.
// First step of a request's path; dispatch is the next.

import { CommanderError } from "commander";
import { Failure } from "../base/failure.ts";
import type { CommandRecord } from "../protocol/command.ts";
import { shortNames } from "../protocol/agent-catalogue.ts";
import { colorChoices, globalOptions, type ColorChoice } from "../protocol/global-options.ts";
import type { Parameter } from "../protocol/parameters.ts";
import type { Request } from "../protocol/request.ts";
import { checkedParams, optionValues, positionalValues, targetOf } from "./arguments.ts";
import { splitArguments, type Found, type GivenOptions } from "./program.ts";
import { noCommand, refusalOf } from "./refusals.ts";
import { readDurationMs, readText, readValue } from "./values.ts";

type Catalogue = ReadonlyMap<string, CommandRecord>;

/** How the answer is to be written. */
export interface OutputChoice {
  readonly json: boolean;
  readonly color: ColorChoice;
  readonly quiet: boolean;
  /** File to write the answer to, in place of standard output. */
  readonly file?: string;
}

/** What holds for every line of a session; what a line says itself goes first. */
export interface Standing {
  readonly target?: string;
  readonly reason?: string;
  readonly through?: string;
  readonly timeoutMs?: number;
  readonly output: OutputChoice;
}

export interface CommandLine {
  /** Undefined where only the version was asked for. */
  readonly request: Request | undefined;
  readonly output: OutputChoice;
}

/** The request in argv (without node and script). Throws Failure argument-invalid or command-unknown. */
export function parseCommandLine(argv: readonly string[], catalogue: Catalogue, standing?: Standing): CommandLine {
  const found = inFull(split(argv, catalogue), catalogue);
  const globals = byName(found.globals);
  const output = withStanding(outputOf(globals), standing?.output);
  if (globals.has("version")) return { request: undefined, output };
  if (globals.has("help")) return { request: helpRequest(found), output };
  if (found.record === undefined && found.group === "" && found.words.length === 0)
    return { request: { command: "help", params: {} }, output };
  if (found.record === undefined) throw noCommand(found, catalogue);
  return {
    request: { ...standingParts(found.record, standing), ...requestOf({ record: found.record, found, globals, standing }) },
    output,
  };
}

/** A choice of one line beside that of its session. */
export function withStanding(own: OutputChoice, standing: OutputChoice | undefined): OutputChoice {
  if (standing === undefined) return own;
  const color = own.color === "auto" ? standing.color : own.color;
  return { ...own, json: own.json || standing.json, quiet: own.quiet || standing.quiet, color };
}

function standingParts(
  { target }: CommandRecord,
  { reason, through, timeoutMs }: Partial<Standing> = {},
): Pick<Request, "reason" | "through" | "timeoutMs"> {
  return {
    ...(reason === undefined ? {} : { reason }),
    // What has no target goes nowhere; what has one must never be asked of this machine instead.
    ...(through === undefined || target === "none" ? {} : { through }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

/** What can be told of the output from an argv that was refused: its failure is to be drawn as it asked. */
export function outputChoiceOf(argv: readonly string[]): OutputChoice {
  const end = argv.indexOf("--");
  const words = end === -1 ? argv : argv.slice(0, end);
  const color = colorChoices.find((choice) =>
    words.some((word, index) => word === `--color=${choice}` || (word === choice && words[index - 1] === "--color")),
  );
  return { json: words.includes("--json"), color: color ?? "auto", quiet: words.includes("--quiet") || words.includes("-q") };
}

function split(argv: readonly string[], catalogue: Catalogue): Found {
  try {
    return splitArguments(argv, catalogue);
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    throw refusalOf(thrown, argv, catalogue);
  }
}

/** A short name (`cwd`) stands for its command (`process cwd`) where nothing else has it. */
function inFull(found: Found, catalogue: Catalogue): Found {
  const [word = "", ...rest] = found.words;
  const long = found.record === undefined && found.group === "" ? shortNames(catalogue).get(word) : undefined;
  if (long === undefined) return found;
  const again = split([...long.split(" "), ...rest], catalogue);
  return { ...again, globals: new Map([...found.globals, ...again.globals]) };
}

function byName(given: GivenOptions): Map<string, string | true> {
  return new Map([...given].map(([parameter, texts]) => [parameter.name, texts === true ? true : (texts.at(-1) ?? "")]));
}

function outputOf(globals: ReadonlyMap<string, string | true>): OutputChoice {
  const typed = globals.get("color");
  if (typeof typed === "string") readValue(globalNamed("color"), typed, { command: "", where: "--color" });
  const file = globals.get("output");
  return {
    json: globals.has("json"),
    color: colorChoices.find((choice) => choice === typed) ?? "auto",
    quiet: globals.has("quiet"),
    ...(typeof file === "string" ? { file: readText(file, { command: "", where: "--output" }) } : {}),
  };
}

function globalNamed(name: string): Parameter {
  const option = globalOptions.find((parameter) => parameter.name === name);
  if (option === undefined) throw new Failure({ code: "bug", message: `no global option ${name}` });
  return option;
}

function helpRequest(found: Found): Request {
  const topic =
    found.record?.name.split(" ") ?? [...found.group.split(" "), ...found.words].filter((word) => word !== "" && !word.startsWith("-"));
  return { command: "help", params: topic.length === 0 ? {} : { topic } };
}

interface Asking {
  readonly record: CommandRecord;
  readonly found: Found;
  readonly globals: ReadonlyMap<string, string | true>;
  readonly standing: Standing | undefined;
}

function requestOf({ record, found, globals, standing }: Asking): Request {
  const { target, rest } = targetOf(record, found.words, standing?.target);
  const params = { ...optionValues(record, found.options), ...positionalValues(record, rest) };
  const reason = globals.get("reason");
  const timeout = globals.get("timeout");
  const through = globals.get("via");
  return {
    command: record.name,
    params: checkedParams(record, params),
    ...(target === undefined ? {} : { target }),
    ...(typeof reason === "string" ? { reason: readText(reason, { command: record.name, where: "--reason" }) } : {}),
    ...(typeof through === "string" ? { through: readText(through, { command: record.name, where: "--via" }) } : {}),
    ...(typeof timeout === "string" ? { timeoutMs: readDurationMs(timeout, { command: record.name, where: "--timeout" }) } : {}),
  };
}
