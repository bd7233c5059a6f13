// How far a value reaches that stands beside its name in a text: quoted, in brackets, or bare.
// Where the text was cut within the value, the value reaches to the end of the text.

import { markEnd } from "./marks.ts";
import { endings, names } from "./rules.ts";

/** The stretch to hide; empty where there is nothing to hide. */
export interface Extent {
  start: number;
  end: number;
  /** Where to go on reading. */
  next: number;
}

const opening = /[bBrRuUfF]{0,2}(\\{0,8}["'`])/y;
const brackets = /(?:[A-Za-z_][A-Za-z0-9_.]{0,80})?[[({]/y;
const afterMark = /[ \t\r\n,;&)\]}"'`<\\]|(?![\x00-\uffff])/y;
const readableValues = new Set(names.readableValues);

/** The extent of the value that begins at `at`. `ending`: "bare" and "quoted or line" look for quotes and brackets first, "line" and "element" don't. */
export function valueExtent(text: string, at: number, ending: string): Extent {
  const marked = markEnd(text, at);
  if (marked !== undefined && matchEnd(afterMark, text, marked) !== undefined) return nothing(marked);
  if (ending === "line" || ending === "element") return bareExtent(text, at, ending);
  opening.lastIndex = at;
  const quote = opening.exec(text)?.[1];
  if (quote !== undefined) return quotedExtent(text, opening.lastIndex, quote);
  const inside = matchEnd(brackets, text, at);
  if (inside !== undefined) return whole(at, closingBracket(text, inside));
  return bareExtent(text, at, ending === "bare" ? "bare" : "line");
}

function bareExtent(text: string, at: number, ending: string): Extent {
  const regex = endings.get(ending);
  const end = regex === undefined ? text.length : (matchEnd(regex, text, markEnd(text, at) ?? at) ?? at);
  const value = text.slice(at, end);
  const isReadable = value.length < 64 && readableValues.has(value.replace(/(?<=[A-Za-z])[\])},.;:>]+$/, ""));
  return isReadable ? nothing(end) : whole(at, end);
}

/** `start` is the first character after the opening quote; `quote` is the quote with the backslashes before it. */
function quotedExtent(text: string, start: number, quote: string): Extent {
  const end = closingQuote(text, start, quote);
  const content = text.slice(start, end);
  const isHarmless = content === "" || readableValues.has(content) || markEnd(text, start) === end;
  return isHarmless ? nothing(end + quote.length) : { start, end, next: Math.min(text.length, end + quote.length) };
}

function closingQuote(text: string, start: number, quote: string): number {
  const quoteMark = quote.at(-1) ?? "'";
  for (let at = text.indexOf(quoteMark, start); at >= 0; at = text.indexOf(quoteMark, at + 1)) {
    const backslashes = countBackslashesBefore(text, at, start);
    if (quote.length > 1) {
      if (backslashes === quote.length - 1) return at - backslashes;
    } else if (backslashes % 2 === 0) {
      // SQL doubles a quote that belongs to the text.
      if (text[at + 1] !== quoteMark) return at;
      at += 1;
    }
  }
  return text.length;
}

function countBackslashesBefore(text: string, at: number, start: number): number {
  let count = 0;
  while (at - count > start && text[at - count - 1] === "\\") count += 1;
  return count;
}

/** Just after the bracket that closes the one before `at`; brackets within quotes don't count. */
function closingBracket(text: string, at: number): number {
  let depth = 1;
  for (let index = at; index < text.length; index += 1) {
    const character = text[index];
    if (character === "(" || character === "[" || character === "{") depth += 1;
    else if (character === ")" || character === "]" || character === "}") depth -= 1;
    else if (character === '"' || character === "'") index = closingQuote(text, index + 1, character);
    if (depth === 0) return index + 1;
  }
  return text.length;
}

/** Where a sticky pattern that begins at `at` ends; undefined where it doesn't match. */
function matchEnd(regex: RegExp, text: string, at: number): number | undefined {
  regex.lastIndex = at;
  return regex.test(text) ? regex.lastIndex : undefined;
}

function nothing(next: number): Extent {
  return { start: next, end: next, next };
}

function whole(start: number, end: number): Extent {
  return { start, end, next: end };
}
