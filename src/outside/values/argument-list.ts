// A list of texts that looks like a command line is redacted as one: the password after `--password` has no name of its own.

import type { Value } from "../../stacks/value.ts";
import { readText } from "../strings.ts";
import { hasFlag } from "../type-facts.ts";
import { inside, scannedCharacters, type Subject, subclassFlags, textValue, type Walk } from "./walk.ts";

/** The items as redacted texts; undefined where they are not all texts, or none begins with a dash. */
export function readArgumentTexts(walk: Walk, subject: Subject, items: readonly number[]): Value[] | undefined {
  if (items.length < 2) return undefined;
  const found: { address: number; text: string; length: number }[] = [];
  for (const address of items) {
    const type = walk.types.typeOf(address);
    const read =
      type !== undefined && hasFlag(type.facts, subclassFlags.string) ? readText(walk.heap, address, scannedCharacters) : undefined;
    if (read === undefined) return undefined;
    found.push({ address, ...read });
  }
  if (!found.some(({ text }) => text.startsWith("-"))) return undefined;
  const redacted = walk.redactor.redactArguments(found.map(({ text }) => text)).arguments;
  return found.flatMap(({ address, text, length }, index) => {
    const type = walk.types.typeOf(address);
    if (type === undefined || walk.budget.full() !== undefined) return [];
    const raw = redacted[index] ?? "";
    const value = textValue(
      walk,
      { address, type, place: inside(subject) },
      { kind: "str", raw, size: length, isBeginning: length > scannedCharacters },
    );
    walk.budget.take(JSON.stringify(value).length + 1);
    return [raw === text || value.hidden !== undefined ? value : { ...value, hidden: "value: password in a command" }];
  });
}
