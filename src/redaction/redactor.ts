// The one place where texts of a target lose their secrets, before anything is cut, shown, sent or logged.
// Readers make one redactor per answer; its key makes equal secrets comparable within that answer only.

import { redactArgumentList, type RedactedArguments } from "./arguments.ts";
import { sumRedactions, type Redaction } from "./counts.ts";
import { createFingerprint } from "./fingerprint.ts";
import { cutBetweenMarks, isMark, markOf, marksIn } from "./marks.ts";
import { findNamed } from "./named-findings.ts";
import { nameRule } from "./names.ts";
import { limits, names } from "./rules.ts";
import { mergeSpans, outsideMarks, type Span } from "./spans.ts";
import { typeRule } from "./type-names.ts";
import { findValues } from "./value-findings.ts";

export interface Redacted {
  text: string;
  redactions: Redaction[];
}

export interface RedactedCut extends Redacted {
  isCut: boolean;
  /** The size of the text as it was handed over, in UTF-16 units. */
  fullCharacters: number;
}

export interface TextOptions {
  /** The text is the beginning of a longer one: its last 1,024 characters are scanned but not shown, as a secret may begin there. */
  isBeginning?: boolean;
}

export interface Redactor {
  /** Replaces every secret in the text by a mark. Of more than 16,384 characters the rest is neither scanned nor shown, and the text says so. */
  redactText(text: string, options?: TextOptions): Redacted;
  /** As `redactText`, and then at most `limit` UTF-16 units: a secret across the cut is hidden first. */
  redactAndCut(text: string, limit: number, options?: TextOptions): RedactedCut;
  /** Hides the whole text where its name demands it, else as `redactText`. The name itself is text of the target too: pass it through `redactText`. */
  redactNamed(name: string, text: string): Redacted;
  /** Hides the whole text under a rule that `hidesName` or `hidesType` gave. */
  hide(rule: string, text: string): Redacted;
  /** Counts a value that is left out as a whole, where there is no text that a mark could stand for. */
  countHidden(rule: string): void;
  /** A command line, argument by argument. */
  redactArguments(argv: readonly string[]): RedactedArguments;
  /** The rule that hides every value under this name, or undefined. */
  hidesName(name: string): string | undefined;
  /** The rule that hides every value of this Python type, or undefined. */
  hidesType(typeName: string): string | undefined;
  /** Eight hexadecimal digits that are equal for equal secrets of this redactor. */
  fingerprint(secret: string): string;
  /** Everything this redactor hid so far. */
  totals(): Redaction[];
}

/** A redactor for one answer. `key` is for tests: without it, 32 random bytes. */
export function createRedactor({ key }: { key?: Uint8Array } = {}): Redactor {
  const fingerprint = createFingerprint(key);
  let total: Redaction[] = [];
  const counted = <Result extends { redactions: Redaction[] }>(result: Result): Result => {
    if (result.redactions.length > 0) total = sumRedactions([total, result.redactions]);
    return result;
  };
  const hide = (rule: string, text: string): Redacted =>
    isReadable(text) ? { text, redactions: [] } : { text: markOf(rule, fingerprint(text)), redactions: [{ rule, count: 1 }] };
  const redactText = (text: string, options?: TextOptions): Redacted => withNotice(scan(text, options, fingerprint));
  const redactNamed = (name: string, text: string): Redacted => {
    const rule = nameRule(name);
    return rule === undefined ? redactText(text) : hide(rule, text);
  };
  return {
    redactText: (text, options) => counted(redactText(text, options)),
    redactAndCut: (text, limit, options) => counted(cut(scan(text, options, fingerprint), limit, text.length)),
    redactNamed: (name, text) => counted(redactNamed(name, text)),
    hide: (rule, text) => counted(hide(rule, text)),
    countHidden: (rule) => void counted({ redactions: [{ rule, count: 1 }] }),
    redactArguments: (argv) => counted(redactArgumentList(argv, { redactText, hide })),
    hidesName: nameRule,
    hidesType: typeRule,
    fingerprint,
    totals: () => [...total],
  };
}

/** What holds no secret whatever its name is: nothing, truth values, what is masked already. */
function isReadable(text: string): boolean {
  return text === "" || names.readableValues.includes(text) || isMark(text);
}

interface Scanned extends Redacted {
  unshownCharacters: number;
}

function scan(text: string, options: TextOptions | undefined, fingerprint: (secret: string) => string): Scanned {
  const isBeginning = options?.isBeginning === true || text.length > limits.scannedCharacters;
  const scanned = text.slice(0, limits.scannedCharacters);
  const lowerText = scanned.toLowerCase();
  const found = [...findNamed(scanned, lowerText), ...findValues(scanned, lowerText)];
  const spans = mergeSpans(outsideMarks(found, marksIn(scanned)));
  const shownEnd = isBeginning ? Math.max(0, scanned.length - limits.unshownCharacters) : scanned.length;
  return replaceSpans(text, spans, { shownEnd, fingerprint });
}

/** The first characters of many secrets carry fingerprints, the rest only marks: a text full of secrets must not cost more than its time. */
function replaceSpans(
  text: string,
  spans: readonly Span[],
  options: { shownEnd: number; fingerprint: (secret: string) => string },
): Scanned {
  const parts: string[] = [];
  const counts: Redaction[] = [];
  let at = 0;
  for (const [index, span] of spans.entries()) {
    if (span.start >= options.shownEnd) break;
    const secret = text.slice(span.start, span.end);
    parts.push(text.slice(at, span.start), markOf(span.rule, index < limits.fingerprintsPerText ? options.fingerprint(secret) : undefined));
    counts.push({ rule: span.rule, count: 1 });
    at = span.end;
  }
  parts.push(cutBetweenMarks(text.slice(at), Math.max(0, options.shownEnd - at)));
  return { text: parts.join(""), redactions: sumRedactions([counts]), unshownCharacters: text.length - Math.max(at, options.shownEnd) };
}

function withNotice({ text, redactions, unshownCharacters }: Scanned): Redacted {
  return unshownCharacters > 0
    ? { text: `${text}<not scanned, not shown: ${unshownCharacters} characters>`, redactions }
    : { text, redactions };
}

function cut(scanned: Scanned, limit: number, fullCharacters: number): RedactedCut {
  const text = cutBetweenMarks(scanned.text, limit);
  return {
    text,
    redactions: scanned.redactions,
    isCut: scanned.unshownCharacters > 0 || text.length < scanned.text.length,
    fullCharacters,
  };
}
