// Finds the values that stand in a text beside a name that hides them: dicts, keyword arguments, headers, query strings, options.

import { isMark } from "./marks.ts";
import { nameRule, proseNameRule, takesWholeLine } from "./names.ts";
import { assignmentRules, canMatch, type AssignmentRule, type Compiled } from "./rules.ts";
import type { Span } from "./spans.ts";
import { valueExtent } from "./value-extent.ts";

/** Every value in the text that its name hides. `lowerText` is the text in lower case. */
export function findNamed(text: string, lowerText: string): Span[] {
  return assignmentRules.flatMap((compiled) => (canMatch(compiled.rule.needs, lowerText) ? findByRule(text, compiled) : []));
}

function findByRule(text: string, { rule, regex }: Compiled<AssignmentRule>): Span[] {
  const spans: Span[] = [];
  regex.lastIndex = 0;
  for (let match = regex.exec(text); match !== null; match = regex.exec(text)) {
    const name = match[1] ?? "";
    const hiddenBy = rule.names === "all" ? nameRule(name) : proseNameRule(name);
    if (hiddenBy === undefined || isPlaceInFile(name, text.slice(regex.lastIndex, regex.lastIndex + 8))) continue;
    const { start, end, next } = valueExtent(text, regex.lastIndex, endingFor(rule, name));
    if (end - start >= (rule.least ?? 1) && !isMark(text.slice(start, end))) spans.push({ start, end, rule: hiddenBy });
    regex.lastIndex = Math.max(next, regex.lastIndex);
  }
  return spans;
}

// "password_reset.py:33" is a line of a file, not a password.
function isPlaceInFile(name: string, rest: string): boolean {
  return /\.pyx?$/.test(name) && /^[0-9]{1,7}(?![0-9A-Za-z])/.test(rest);
}

function endingFor(rule: AssignmentRule, name: string): string {
  return rule.wholeLineEnding !== undefined && takesWholeLine(name) ? rule.wholeLineEnding : rule.ending;
}
