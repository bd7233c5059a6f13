// Parameters of an agent's entry: the JSON that a plugin declares becomes the arguments that people type, and finds its way back under the plugin's names.

import { expect, test } from "vitest";
import { z } from "zod";
import { type AgentEntry, agentEntrySchema } from "../../../src/protocol/agent-entry.ts";
import { agentParamsSchema, keyOf, toAgentParams } from "../../../src/protocol/agent-params.ts";
import { agentRecord } from "../../../src/protocol/agent-record.ts";
import { levelOfRequest, optionName, parametersOf } from "../../../src/protocol/parameters.ts";

function entryWith(properties: Record<string, unknown>, required: string[] = []): AgentEntry {
  const params = { type: "object", properties, required };
  return agentEntrySchema().parse({ name: "shop orders", summary: "Orders", level: "inspect", shape: "table", params });
}

function recordOf(entry: AgentEntry) {
  const plugin = { name: "shop", builtIn: true } as const;
  return agentRecord({ plugin, head: entry, entry: () => entry, policy: { level: entry.level } });
}

const everything = entryWith(
  {
    max_items: { type: "integer", default: 100, minimum: 1, maximum: 1_000, description: "most orders" },
    state: { type: "string", enum: ["open", "paid"] },
    ratio: { type: "number", minimum: 0 },
    for_: { type: "integer", default: 3_000, minimum: 1, "x-duration": true },
    fresh: { type: "boolean", default: false },
    values: { type: "boolean", default: false, "x-level": "capture" },
    tags: { type: "array", items: { type: "string" } },
    pattern: { type: "string", "x-positional": true },
  },
  ["pattern"],
);

test("each type becomes the argument of its kind, positional ones first", () => {
  const facts = parametersOf(recordOf(everything)).map((parameter) => [
    parameter.positional ? parameter.placeholder : optionName(parameter),
    parameter.kind,
    parameter.many,
  ]);
  expect(facts).toEqual([
    ["PATTERN", "text", false],
    ["--max-items", "whole number", false],
    ["--state", "choice", false],
    ["--ratio", "number", false],
    ["--for", "duration", false],
    ["--fresh", "flag", false],
    ["--values", "flag", false],
    ["--tags", "text", true],
  ]);
});

test("what is given goes back under the plugin's own names", () => {
  const params = agentParamsSchema(everything).parse({ pattern: "a*", maxItems: 5, tags: ["x"] });
  expect(toAgentParams(everything, params)).toEqual({ pattern: "a*", max_items: 5, for_: 3_000, fresh: false, values: false, tags: ["x"] });
});

test.each([
  [{ pattern: "a", maxItems: 0 }],
  [{ pattern: "a", maxItems: 1.5 }],
  [{ pattern: "a", state: "lost" }],
  [{ pattern: "a", ratio: -1 }],
  [{ pattern: 3 }],
  [{ pattern: "a", tags: "x" }],
  [{ maxItems: 5 }],
  [{ pattern: "x".repeat(5_000) }],
])("%j does not fit", (params) => {
  expect(agentParamsSchema(everything).safeParse(params).success).toBe(false);
});

test("a parameter can raise the level of the call that gives it", () => {
  const record = recordOf(everything);
  expect(levelOfRequest(record, { pattern: "a", values: false })).toBe("inspect");
  expect(levelOfRequest(record, { pattern: "a", values: true })).toBe("capture");
});

test("a default of another type than its parameter's is none", () => {
  const entry = entryWith({ limit: { type: "integer", default: "many" }, name: { type: "string", default: null } });
  expect(agentParamsSchema(entry).parse({})).toEqual({});
});

test.each([
  ["limit", "limit"],
  ["max_items", "maxItems"],
  ["for_", "for"],
  ["max-items", "maxItems"],
])("%s is %s", (name, key) => expect(keyOf(name)).toBe(key));

test.each([
  { name: "Shop orders" },
  { name: "orders" },
  { name: "shop orders --json" },
  { name: "shop ../orders" },
  { summary: "two\nlines" },
  { summary: "\u001b[31mred" },
  { summary: "x".repeat(400) },
  { level: "look" },
  { level: "local" },
  { shape: "picture" },
  { params: { properties: { "--limit": { type: "string" } } } },
  { params: { properties: { limit: { type: "object" } } } },
])("an entry with %j is no entry", (broken) => {
  const whole = { name: "shop orders", summary: "Orders", level: "inspect", shape: "table" };
  expect(agentEntrySchema().safeParse(whole).success).toBe(true);
  expect(agentEntrySchema().safeParse({ ...whole, ...broken }).success).toBe(false);
});

test("the result of every agent command can be written as JSON Schema", () => {
  expect(z.toJSONSchema(recordOf(everything).result, { unrepresentable: "any" })).toMatchObject({
    required: ["answers", "silent", "redactions"],
  });
});
