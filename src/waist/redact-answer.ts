// The last net before an answer leaves: every text in it passes the redactor, whichever command made it (names of threads, paths, exception texts).
// Readers of values redact at the source, before they cut; marks that they set pass through here unchanged.

import { Failure } from "../base/failure.ts";
import type { Note } from "../protocol/request.ts";
import { createRedactor, type Redactor } from "../redaction/redactor.ts";

/** Texts seen before are not scanned again: stacks repeat the same few hundred names and paths. */
export type TextRedactor = (text: string) => string;

export function textRedactor(redactor: Redactor): TextRedactor {
  const known = new Map<string, string>();
  return (text) => {
    let redacted = known.get(text);
    if (redacted === undefined) {
      redacted = redactor.redactText(text).text;
      known.set(text, redacted);
    }
    return redacted;
  };
}

/** The same plain data with every text in it redacted; keys are the schema's own and stay. */
export function redactTexts(value: unknown, redact: TextRedactor): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map((item) => redactTexts(item, redact));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactTexts(item, redact)]));
}

export function redactNote({ message, remedy, partial }: Note, redact: TextRedactor): Note {
  return { message: redact(message), ...(remedy === undefined ? {} : { remedy: redact(remedy) }), partial };
}

export function redactFailure(failure: Failure, redact: TextRedactor): Failure {
  const { code, target } = failure;
  return new Failure({ code, message: redact(failure.message), hint: redact(failure.hint), target }, { cause: failure.cause });
}

/** True where a line that somebody typed holds what would be hidden in an answer: such a line is not kept. */
export function holdsSecret(line: string): boolean {
  const redactor = createRedactor();
  redactor.redactText(line);
  redactor.redactArguments(line.split(/\s+/));
  return redactor.totals().length > 0;
}
