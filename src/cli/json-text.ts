// A value as JSON that is as safe to print as drawn text: what cleanText would replace is escaped, which JSON readers undo.

import { cleanText } from "../base/clean-text.ts";

/** One line, or indented for people. JSON.stringify escapes C0 controls and lone surrogates itself (ECMA-262, well-formed stringify). */
export function jsonText(value: unknown, indented: boolean): string {
  const text = JSON.stringify(value, undefined, indented ? 2 : undefined);
  return text.replace(/[^\u0020-\u007e\n]/gu, (character) => (cleanText(character) === character ? character : escaped(character)));
}

/** One `\uXXXX` per UTF-16 unit: above U+FFFF a pair (RFC 8259 section 7). */
function escaped(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
