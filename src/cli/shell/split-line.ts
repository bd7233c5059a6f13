// One line of a session as words, with the quotes of a shell, and the part that the caller's own shell is to run: `| less`, `> file`.
// First step of a line's path; run-line.ts is the next.

import { Failure } from "../../base/failure.ts";

export interface SplitLine {
  readonly words: readonly string[];
  /** From the first | or > that stands outside quotes, as it was typed; empty where there is none. */
  readonly tail: string;
}

/** A line that is still being typed: `begun` is the word that the cursor stands behind, empty after a blank. */
export interface BegunLine extends SplitLine {
  readonly begun: string;
  /** How the begun word stands in the line, quotes included. */
  readonly typed: string;
}

/** Throws Failure argument-invalid where a quote is never closed. */
export function splitLine(line: string): SplitLine {
  const { words, tail, open } = scan(line);
  if (open !== "")
    throw new Failure({
      code: "argument-invalid",
      message: `the quote ${open} is never closed`,
      hint: `a quote that is meant as such is written \\${open}`,
    });
  return { words: words.map(({ text }) => text), tail };
}

export function splitBegunLine(line: string): BegunLine {
  const { words, tail, tailAt } = scan(line);
  const whole = words.map(({ text }) => text);
  const last = words.at(-1);
  const isBegun = tail === "" && last !== undefined && last.end === line.length;
  if (!isBegun) return { words: whole, tail, begun: "", typed: tail === "" ? "" : line.slice(tailAt) };
  return { words: whole.slice(0, -1), tail, begun: last.text, typed: line.slice(last.start) };
}

interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

interface Scanned {
  readonly words: readonly Word[];
  readonly tail: string;
  readonly tailAt: number;
  /** The quote that is never closed. */
  readonly open: string;
}

/** A run of blanks, an operator, or one piece of a word: in quotes (perhaps not closed), escaped, or plain. */
const pieces = /(?<blank>\s+)|(?<operator>[|>])|'[^']*'?|"(?:\\[^]|[^"\\])*"?|\\[^]?|[^\s|>'"\\]+/gu;

function scan(line: string): Scanned {
  const words: Word[] = [];
  let word: Word | undefined;
  const done = (tailAt: number, open = ""): Scanned => {
    const all = word === undefined ? words : [...words, word];
    return { words: all, tail: line.slice(tailAt).trim(), tailAt, open };
  };
  for (const { 0: piece, index, groups } of line.matchAll(pieces)) {
    if (groups?.["operator"] !== undefined) return done(index);
    if (groups?.["blank"] !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    word = { text: (word?.text ?? "") + unquoted(piece), start: word?.start ?? index, end: index + piece.length };
    if (/^["']/.test(piece) && !isClosed(piece)) return done(line.length, piece.slice(0, 1));
  }
  return done(line.length);
}

function isClosed(piece: string): boolean {
  return piece.startsWith("'") ? piece.length > 1 && piece.endsWith("'") : /^"(?:\\[^]|[^"\\])*"$/u.test(piece);
}

/** Quotes and escapes as POSIX sh has them (Shell Command Language, 2.2). */
function unquoted(piece: string): string {
  if (piece.startsWith("\\")) return piece.slice(1);
  if (!/^["']/.test(piece)) return piece;
  const inner = piece.slice(1, isClosed(piece) ? -1 : undefined);
  return piece.startsWith("'") ? inner : inner.replaceAll(/\\([\\"$`])/g, "$1");
}
