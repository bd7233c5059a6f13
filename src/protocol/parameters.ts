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

const valueSchema = z.looseObject({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});

const propertySchema = valueSchema.extend({
  items: valueSchema.optional(),
  default: z.unknown().optional(),
  description: z.string().default(""),
  positional: z.boolean().default(false),
  short: z.string().optional(),
  placeholder: z.string().optional(),
  callerFile: z.boolean().default(false),
  mayBeEmpty: z.boolean().default(false),
  duration: z.boolean().default(false),
  level: z.enum(levels).optional(),
});

type Property = z.output<typeof propertySchema>;

/** The parameters in the order of the schema. */
export function parametersOf(record: CommandRecord): Parameter[] {
  const { properties = {}, required = [] } = z.toJSONSchema(record.params, { io: "input" });
  return Object.entries(properties).map(([name, property]) => parameterOf(name, propertySchema.parse(property), required.includes(name)));
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

function parameterOf(name: string, property: Property, required: boolean): Parameter {
  const many = property.type === "array";
  const value = many ? (property.items ?? {}) : property;
  return {
    name,
    kind: property.duration ? "duration" : kindOf(value),
    many,
    required,
    choices: value.enum ?? [],
    minimum: bound(value.minimum),
    maximum: bound(value.maximum),
    fallback: property.default,
    description: property.description,
    positional: property.positional,
    short: property.short,
    placeholder: property.placeholder ?? words(name).join("-").toUpperCase(),
    callerFile: property.callerFile,
    mayBeEmpty: property.mayBeEmpty,
    level: property.level,
  };
}

function kindOf(value: { type?: string | undefined; enum?: string[] | undefined }): ParameterKind {
  if (value.enum !== undefined) return "choice";
  if (value.type === "boolean") return "flag";
  if (value.type === "integer") return "whole number";
  return value.type === "number" ? "number" : "text";
}

function bound(limit: number | undefined): number | undefined {
  return limit === undefined || Math.abs(limit) === Number.MAX_SAFE_INTEGER ? undefined : limit;
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
