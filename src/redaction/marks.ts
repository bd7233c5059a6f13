// What is shown in place of a secret: `<hidden: JWT #3fa9c2d1>`.
// ASCII only, so that it survives any terminal, log and ticket.

import { names, types, valueRules } from "./rules.ts";

const mark = /<hidden: ([^<>#\r\n]{1,80}?)(?: #[0-9a-f]{8})?>/g;
const markHere = new RegExp(mark, "y");

/** Only the labels of known rules make a mark, so that a target can't dress up a secret as one. */
const labels = new Set([
  ...valueRules.map(({ rule }) => labelOf(rule.id)),
  ...[...names.exact, ...names.contains, ...names.words].map((entry) => `name ${entry}`),
  ...[...types.exact, ...types.contains].map((entry) => `type ${entry}`),
]);

/** The mark of a rule; `value: JWT` reads `JWT`, `name: password` reads `name password`. */
export function markOf(rule: string, fingerprint: string | undefined): string {
  return fingerprint === undefined ? `<hidden: ${labelOf(rule)}>` : `<hidden: ${labelOf(rule)} #${fingerprint}>`;
}

export function isMark(text: string): boolean {
  return markEnd(text, 0) === text.length;
}

/** Where the mark that begins at `at` ends; undefined where none begins. */
export function markEnd(text: string, at: number): number | undefined {
  markHere.lastIndex = at;
  const found = markHere.exec(text);
  return found !== null && labels.has(found[1] ?? "") ? markHere.lastIndex : undefined;
}

/** The marks that stand in a text already, in order. */
export function marksIn(text: string): { start: number; end: number }[] {
  if (!text.includes("<hidden: ")) return [];
  return [...text.matchAll(mark)]
    .filter((found) => labels.has(found[1] ?? ""))
    .map((found) => ({ start: found.index, end: found.index + found[0].length }));
}

/** The text with at most `limit` UTF-16 units, cut before a mark rather than within one, and never within a surrogate pair. */
export function cutBetweenMarks(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const most = Math.max(0, Math.trunc(limit));
  const torn = marksIn(text).find(({ start, end }) => start < most && end > most);
  const end = torn?.start ?? most;
  const last = text.charCodeAt(end - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? end - 1 : end);
}

function labelOf(rule: string): string {
  return rule.startsWith("value: ") ? rule.slice("value: ".length) : rule.replace(": ", " ");
}
