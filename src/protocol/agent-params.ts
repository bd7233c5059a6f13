// An agent entry's parameters as a zod schema, so that arguments, help and completion follow from it like from any record; and back.

import { z } from "zod";
import type { AgentEntry, AgentParameter } from "./agent-entry.ts";

const textLengthMax = 4_096;

/** The schema of one entry's parameters. Keys are in camel case; `toAgentParams` names them back. */
export function agentParamsSchema({ params: { properties, required } }: AgentEntry): z.ZodObject {
  const ordered = Object.entries(properties).toSorted(([, one], [, other]) => Number(other["x-positional"]) - Number(one["x-positional"]));
  return z.object(Object.fromEntries(ordered.map(([name, one]) => [keyOf(name), fieldOf(name, one, required.includes(name))])));
}

/** Checked params under the names that the agent knows. What was not given is left to the agent's own defaults. */
export function toAgentParams({ params: { properties } }: AgentEntry, params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const named = Object.keys(properties).map((name) => [name, params[keyOf(name)]] as const);
  return Object.fromEntries(named.filter(([, value]) => value !== undefined));
}

/** `max_items` and `max-items` as `maxItems`; `for_`, which Python can't call `for`, as `for`. */
export function keyOf(name: string): string {
  return name.replace(/[_-]+$/, "").replaceAll(/[_-]+([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}

function fieldOf(name: string, parameter: AgentParameter, required: boolean): z.ZodType {
  const { "x-positional": positional, "x-duration": duration, "x-level": level } = parameter;
  const facts = {
    ...(positional ? { positional, placeholder: keyOf(name).toUpperCase() } : {}),
    ...(duration ? { duration, placeholder: "DURATION" } : {}),
    ...(level === undefined ? {} : { level }),
  };
  const typed = withDefault(valueOf(parameter), parameter, required);
  return typed.meta(facts).describe(parameter.description);
}

function withDefault(schema: z.ZodType, { default: fallback, type }: AgentParameter, required: boolean): z.ZodType {
  if (required) return schema;
  // A default that does not fit its own type is the plugin's mistake: then there is none.
  if (fallback !== undefined && fallback !== null && schema.safeParse(fallback).success) return schema.default(fallback);
  return type === "boolean" ? schema.default(false) : schema.optional();
}

function valueOf(parameter: AgentParameter): z.ZodType {
  if (parameter.type === "array") return z.array(scalarOf(parameter.items ?? { type: "string" }, parameter)).max(100);
  return scalarOf({ type: parameter.type, enum: parameter.enum }, parameter);
}

interface Scalar {
  readonly type: "string" | "integer" | "number" | "boolean";
  readonly enum?: string[] | undefined;
}

function scalarOf({ type, enum: choices }: Scalar, { minimum, maximum }: AgentParameter): z.ZodType {
  if (choices !== undefined) return z.enum(choices);
  if (type === "boolean") return z.boolean();
  if (type === "string") return z.string().max(textLengthMax);
  const number = type === "integer" ? z.int() : z.number();
  const bounded = minimum === undefined ? number : number.min(minimum);
  return maximum === undefined ? bounded : bounded.max(maximum);
}
