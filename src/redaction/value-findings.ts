// Finds the secrets that show by themselves: tokens, keys, card numbers, addresses.

import { canMatch, valueRules, type Compiled, type ValueRule } from "./rules.ts";
import type { Span } from "./spans.ts";
import { valueChecks } from "./value-checks.ts";

/** Every stretch of the text that a value rule recognises. `lowerText` is the text in lower case. */
export function findValues(text: string, lowerText: string): Span[] {
  return valueRules.flatMap((compiled) => (canMatch(compiled.rule.needs, lowerText) ? findByRule(text, compiled) : []));
}

function findByRule(text: string, { rule, regex }: Compiled<ValueRule>): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(regex)) {
    const [start, end] = match.indices?.[1] ?? [match.index, match.index + match[0].length];
    const check = rule.check === undefined ? undefined : valueChecks.get(rule.check);
    for (const stretch of check?.(text, { start, end }) ?? [{ start, end }]) spans.push(spanOf(rule, stretch.start, stretch.end));
  }
  return spans;
}

function spanOf(rule: ValueRule, start: number, end: number): Span {
  return rule.yieldsTo === undefined ? { start, end, rule: rule.id } : { start, end, rule: rule.id, yieldsTo: rule.yieldsTo };
}
