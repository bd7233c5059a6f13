// What stands beside a value may say that it is secret: the key of a dict, the first of a pair (headers), a "name" beside a "value" (settings, form fields).

import { keyText, type Walk } from "./walk.ts";

const naming = new Set(["name", "key", "header", "field", "variable", "id", "label"]);
const named = new Set(["value", "val", "data", "content", "text", "default", "values"]);

/** The rule that hides the second of two items, where the first is a text that names it. */
export function pairRule(walk: Walk, items: readonly number[]): string | undefined {
  const [first] = items;
  if (first === undefined || items.length !== 2) return undefined;
  const name = keyText(walk, first);
  return name === undefined ? undefined : walk.redactor.hidesName(name);
}

/** The rule of each value among named ones: by its own name, or by what a neighbour called "name" holds. */
export function valueRules(
  walk: Walk,
  all: readonly { readonly name: string | undefined; readonly value: number }[],
): (string | undefined)[] {
  const namer = all.find(({ name }) => naming.has(name?.toLowerCase() ?? ""));
  const given =
    namer === undefined || !all.some(({ name }) => named.has(name?.toLowerCase() ?? "")) ? undefined : keyText(walk, namer.value);
  const rule = given === undefined ? undefined : walk.redactor.hidesName(given);
  return all.map(({ name }) => {
    if (name === undefined) return undefined;
    return walk.redactor.hidesName(name) ?? (named.has(name.toLowerCase()) ? rule : undefined);
  });
}
