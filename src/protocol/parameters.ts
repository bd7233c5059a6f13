// A record's parameters as plain facts, read from its zod schema once: arguments, help, the manual and completion are made from these.

import { z } from "zod";
import type { CommandRecord } from "./command.ts";
import { type Level, levels } from "./level.ts";

export type ParameterKind = "flag" | "whole number" | "number" | "duration" | "choice" | "text";

export interface Parameter {
  /** The key in a request's params. */
  readonly name: string;
  readonly kind: ParameterKind;
  /** Given several times (an option) or as the rest of the words (a positional): the value is a list. */
  readonly many: boolean;
  readonly required: boolean;
  readonly choices: readonly string[];
  /** Undefined where the only bound is that of whole numbers in JSON. */
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly fallback: unknown;
  readonly description: string;
  readonly positional: boolean;
  readonly short: string | undefined;
  readonly placeholder: string;
  readonly callerFile: boolean;
  readonly mayBeEmpty: boolean;
  /** The level of a request that gives it; undefined where that is the record's own. */
  readonly level: Level | undefined;
}

/** What a schema says beside its type: zod's own description, and ParameterFacts. */
type Facts = Readonly<z.core.GlobalMeta>;

/** How the parameters of one request are checked: zod's compiled checks pay off only where a schema is used many times. */
export const checkedOnce = { jitless: true } as const;

const known = new WeakMap<z.ZodObject, readonly Parameter[]>();

/** The parameters in the order of the schema. */
export function parametersOf({ params }: Pick<CommandRecord, "params">): readonly Parameter[] {
  const before = known.get(params);
  if (before !== undefined) return before;
  const read = Object.entries(params.shape).map(([name, schema]) => parameterOf(name, schema));
  known.set(params, read);
  return read;
}

/**
 * The level of one request: the record's, or that of the highest parameter that is given (a flag that is set, anything else that differs
 * from its default). A command so has one level per request, and its record says in data which.
 */
export function levelOfRequest(record: CommandRecord, params: Readonly<Record<string, unknown>>): Level {
  const given = parametersOf(record).filter(({ name, fallback }) => params[name] !== undefined && params[name] !== fallback);
  const raised = given.flatMap(({ level }) => (level === undefined ? [] : [level]));
  return levels[Math.max(levels.indexOf(record.level), ...raised.map((level) => levels.indexOf(level)))] ?? record.level;
}

function parameterOf(name: string, schema: z.core.$ZodType): Parameter {
  const { value, facts, fallback, required } = unwrapped(schema);
  const single = value instanceof z.ZodArray ? value.element : value;
  return {
    name,
    kind: facts.duration === true ? "duration" : kindOf(single),
    many: single !== value,
    required,
    choices: single instanceof z.ZodEnum ? single.options.map(String) : [],
    ...boundsOf(single),
    fallback,
    description: facts.description ?? "",
    positional: facts.positional ?? false,
    short: facts.short,
    placeholder: facts.placeholder ?? words(name).join("-").toUpperCase(),
    callerFile: facts.callerFile ?? false,
    mayBeEmpty: facts.mayBeEmpty ?? false,
    level: facts.level,
  };
}

interface Unwrapped {
  readonly value: z.core.$ZodType;
  /** What an outer schema says goes before what the inner one says. */
  readonly facts: Facts;
  readonly fallback: unknown;
  readonly required: boolean;
}

function unwrapped(schema: z.core.$ZodType): Unwrapped {
  const facts: Facts = z.globalRegistry.get(schema) ?? {};
  if (!(schema instanceof z.ZodDefault || schema instanceof z.ZodOptional))
    return { value: schema, facts, fallback: undefined, required: true };
  const inner = unwrapped(schema.unwrap());
  const fallback = schema instanceof z.ZodDefault ? schema.def.defaultValue : inner.fallback;
  return { value: inner.value, facts: { ...inner.facts, ...facts }, fallback, required: false };
}

function kindOf(schema: z.core.$ZodType): ParameterKind {
  if (schema instanceof z.ZodEnum) return "choice";
  if (schema instanceof z.ZodBoolean) return "flag";
  if (!(schema instanceof z.ZodNumber)) return "text";
  return schema.isInt ? "whole number" : "number";
}

function boundsOf(schema: z.core.$ZodType): Pick<Parameter, "minimum" | "maximum"> {
  if (!(schema instanceof z.ZodNumber)) return { minimum: undefined, maximum: undefined };
  return { minimum: bound(schema.minValue), maximum: bound(schema.maxValue) };
}

function bound(limit: number | null): number | undefined {
  return limit === null || !Number.isFinite(limit) || Math.abs(limit) === Number.MAX_SAFE_INTEGER ? undefined : limit;
}

function words(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(" ");
}

/** `--accept-seccomp` for `acceptSeccomp`; a flag that is on by default is switched off with `--no-NAME`. */
export function optionName(parameter: Parameter): string {
  const negated = parameter.kind === "flag" && parameter.fallback === true;
  return `--${negated ? "no-" : ""}${words(parameter.name).join("-")}`;
}

/** The option with what stands for its value, as usage and help print it: `--frames COUNT`, `--pause`. */
export function optionUsage(parameter: Parameter): string {
  return parameter.kind === "flag" ? optionName(parameter) : `${optionName(parameter)} ${parameter.placeholder}`;
}

/** What a value may be, in words: "a whole number from 1 to 100000", "bash, zsh or fish"; empty for a flag or free text. */
export function valueInWords(parameter: Parameter): string {
  if (parameter.kind === "choice") return listed(parameter.choices);
  if (parameter.kind === "duration") return "a time such as 500ms, 10s or 5m";
  if (parameter.kind !== "whole number" && parameter.kind !== "number") return "";
  return `a ${parameter.kind}${rangeInWords(parameter)}`;
}

function rangeInWords({ minimum, maximum }: Parameter): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  return maximum === undefined ? "" : ` of at most ${maximum}`;
}

/** "a, b or c". */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1) ?? ""}`;
}
