// An answer, a failure and what goes with them as the text that is written: drawn for people, or one JSON document.

import { timestamp } from "../base/clock.ts";
import type { Failure } from "../base/failure.ts";
import type { CommandRecord } from "../protocol/command.ts";
import { checkedOnce } from "../protocol/parameters.ts";
import type { Answer } from "../protocol/request.ts";
import { version } from "../protocol/version.ts";
import type { FileForm } from "./answer-file.ts";
import { drawViews } from "./draw/draw.ts";
import { paint } from "./draw/paint.ts";
import { htmlPage } from "./html/page.ts";
import { jsonText } from "./json-text.ts";
import type { Page } from "./page.ts";

/** Number of the form of JSON documents: it grows when a field goes or changes its meaning. */
const jsonSchema = 1;

interface AnswerFacts {
  readonly answer: Answer;
  readonly record: CommandRecord;
  /** As they were asked; the record's schema fills in what was left out. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly page: Page;
}

export function drawnAnswer({ answer, record, params, page }: AnswerFacts): string {
  const views = record.view(answer.result, record.params.parse(params, checkedOnce));
  return paint(drawViews(views, page.width), page.color);
}

/** The text of a file that the answer is written to, in the form that its name asks for. */
export function fileAnswer(
  { answer, record, params, target }: Omit<AnswerFacts, "page"> & { readonly target: string | undefined },
  form: FileForm,
): string {
  const views = record.view(answer.result, record.params.parse(params, checkedOnce));
  if (form === "text") return paint(drawViews(views, undefined), false);
  if (form === "json") return `${jsonText(jsonFields(answer), true)}\n`;
  return htmlPage({
    title: `ispyd ${answer.command}${target === undefined ? "" : ` ${target}`}`,
    made: `ispyd ${version}, ${timestamp()}`,
    views,
    notes: answer.notes,
  });
}

/** `{schema, command, ...result, notes}`; a result that is no object stands under `result`. Indented on a terminal, else one line. */
export function jsonAnswer(answer: Answer, page: Page): string {
  return `${jsonText(jsonFields(answer), page.width !== undefined)}\n`;
}

function jsonFields({ command, result, notes }: Answer): Record<string, unknown> {
  const fields = typeof result === "object" && result !== null && !Array.isArray(result) ? result : { result };
  return { schema: jsonSchema, command, ...fields, notes };
}

export function jsonFailure(failure: Failure, page: Page): string {
  return `${jsonText({ error: failure.toJson() }, page.width !== undefined)}\n`;
}
