// One word of the command line as the value its parameter wants, or a Failure that says what it wants.
// Called by parse; dispatch checks the whole request against the schema once more.

import { closestNames } from "../base/closest-names.ts";
import { Failure } from "../base/failure.ts";
import { formatDurationMs, parseDurationMs } from "../base/units.ts";
import { listed, valueInWords, type Parameter } from "../protocol/parameters.ts";

const textLengthMax = 4_096;

/** What a failure is about: `where` is the option or argument as typed, `command` the words of the command ("" before one is known). */
export interface Place {
  readonly command: string;
  readonly where: string;
}

/** Failure argument-invalid, in the words of the command it is about. */
export function misuse(command: string, message: string, hint?: string): Failure {
  const help = command === "" ? "ispyd help" : `ispyd help ${command}`;
  return new Failure({
    code: "argument-invalid",
    message: `${command === "" ? "" : `ispyd ${command}: `}${message}`,
    hint: hint ?? `${help} says more`,
  });
}

/** The value of one word. Failure argument-invalid where it does not fit. */
export function readValue(parameter: Parameter, text: string, place: Place): unknown {
  if (parameter.kind === "choice") return readChoice(parameter, text, place);
  if (parameter.kind === "whole number" || parameter.kind === "number") return readNumber(parameter, text, place);
  if (parameter.kind === "duration") return readDuration(parameter, text, place);
  return text === "" && parameter.mayBeEmpty ? text : readText(text, place);
}

function readChoice(parameter: Parameter, text: string, place: Place): string {
  if (parameter.choices.includes(text)) return text;
  const near = closestNames(text, parameter.choices);
  throw misuse(place.command, `${place.where} is ${listed(parameter.choices)}, not ${quoted(text)}`, didYouMean(near));
}

function readNumber(parameter: Parameter, text: string, place: Place): number {
  const value = /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  const whole = parameter.kind === "number" || Number.isSafeInteger(value);
  const { minimum = -Infinity, maximum = Infinity } = parameter;
  if (Number.isFinite(value) && whole && value >= minimum && value <= maximum) return value;
  throw misuse(place.command, `${place.where} is ${valueInWords(parameter)}, not ${quoted(text)}`);
}

function readDuration(parameter: Parameter, text: string, place: Place): number {
  const durationMs = readDurationMs(text, place);
  const { minimum = 1, maximum = Infinity } = parameter;
  if (durationMs >= minimum && durationMs <= maximum) return durationMs;
  throw misuse(
    place.command,
    `${place.where} is a time from ${formatDurationMs(minimum)} to ${formatDurationMs(maximum)}, not ${quoted(text)}`,
  );
}

/** Free text: bounded, never empty, and without NUL, which no file name or argument of Linux can hold. */
export function readText(text: string, { command, where }: Place): string {
  if (where.startsWith("--") && /^--\w/.test(text)) throw misuse(command, `${where} needs a value, got the option ${quoted(text)}`);
  if (text.trim() === "") throw misuse(command, `${where} is empty`);
  if (text.length > textLengthMax) throw misuse(command, `${where} is ${text.length} characters long; the most is ${textLengthMax}`);
  if (text.includes("\0")) throw misuse(command, `${where} holds a NUL character`);
  return text;
}

/** A time, in milliseconds; for `--timeout` how much is too much is for the gate to say. */
export function readDurationMs(text: string, place: Place): number {
  const durationMs = parseDurationMs(readText(text, place));
  if (durationMs !== undefined && durationMs >= 1 && Number.isSafeInteger(Math.round(durationMs))) return Math.round(durationMs);
  throw misuse(place.command, `${place.where} is a time such as 500ms, 10s or 5m, not ${quoted(text)}`);
}

/** Words as typed, short enough for a message. */
export function quoted(text: string): string {
  return `"${text.length > 60 ? `${text.slice(0, 59)}…` : text}"`;
}

export function didYouMean(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `did you mean ${listed(names)}?`;
}
