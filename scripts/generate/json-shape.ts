// A JSON Schema as people read it: the shape of a document with the types in the places of the values, and what a field means behind it.

import { z } from "zod";

const base = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  description: z.string().optional(),
  required: z.array(z.string()).default([]),
  $ref: z.string().optional(),
});

interface Node extends z.output<typeof base> {
  properties?: Record<string, Node> | undefined;
  items?: Node | undefined;
  additionalProperties?: Node | boolean | undefined;
  anyOf?: Node[] | undefined;
  oneOf?: Node[] | undefined;
}

const nodeSchema: z.ZodType<Node> = base.extend({
  get properties() {
    return z.record(z.string(), nodeSchema).optional();
  },
  get items() {
    return nodeSchema.optional();
  },
  get additionalProperties() {
    return z.union([z.boolean(), nodeSchema]).optional();
  },
  get anyOf() {
    return z.array(nodeSchema).optional();
  },
  get oneOf() {
    return z.array(nodeSchema).optional();
  },
});

/** The lines of the shape that `schema` (zod's own, or JSON Schema as data) describes. */
export function jsonShape(schema: unknown): string[] {
  return shapeLines(nodeSchema.parse(schema));
}

function shapeLines(node: Node): string[] {
  if (node.properties !== undefined) return objectLines(node.properties, node.required);
  if (node.items !== undefined) return around("[", shapeLines(node.items), "]");
  const choices = node.anyOf ?? node.oneOf;
  if (choices !== undefined) return choiceLines(choices.map(shapeLines));
  if (typeof node.additionalProperties === "object") return around("{ NAME: ", shapeLines(node.additionalProperties), " }");
  return [scalar(node)];
}

function objectLines(properties: Readonly<Record<string, Node>>, required: readonly string[]): string[] {
  const fields = Object.entries(properties).flatMap(([name, node]) => fieldLines(required.includes(name) ? name : `${name}?`, node));
  return fields.length === 0 ? ["{}"] : ["{", ...fields.map((line) => `  ${line}`), "}"];
}

function fieldLines(name: string, node: Node): string[] {
  const [first = "", ...rest] = shapeLines(node);
  return [`${name}: ${first}${node.description === undefined ? "" : `  // ${node.description}`}`, ...rest];
}

function around(open: string, lines: readonly string[], close: string): string[] {
  return lines.map((line, index) => `${index === 0 ? open : ""}${line}${index === lines.length - 1 ? close : ""}`);
}

function choiceLines(choices: readonly (readonly string[])[]): string[] {
  if (choices.every((lines) => lines.length === 1)) return [choices.flat().join(" | ")];
  return choices.flatMap((lines, index) => (index === 0 ? lines : around("| ", lines, "")));
}

function scalar(node: Node): string {
  if (node.enum !== undefined) return node.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.$ref !== undefined) return node.$ref.split("/").at(-1) ?? "any";
  return [node.type ?? "any"].flat().join(" | ");
}
