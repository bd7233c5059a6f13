// The answer of `locals` as people see it: where the frame stands, then one variable a line, with what it holds below where that is long.

import type { Variable } from "../stacks/value.ts";
import { dim, strong, targetName } from "./frame-view.ts";
import type { FrameVariablesResult, LocalsTarget, RequestLocals } from "./locals-schema.ts";
import type { RequestHead } from "./requests-schema.ts";
import type { TargetHead } from "./stack-schema.ts";
import type { RedactionResult } from "./value-schema.ts";
import { hiddenView, valueLines } from "./value-view.ts";
import type { Cell, View } from "./view.ts";

interface LocalsAnswer {
  readonly targets: readonly LocalsTarget[];
  readonly requests: readonly RequestLocals[];
  readonly redactions: readonly RedactionResult[];
}

export function localsView({ targets, requests, redactions }: LocalsAnswer): View[] {
  return [
    ...targets.map((target) => eventsView([headLine(target, threadText(target.thread)), ...frameLines(target)])),
    ...requests.flatMap(requestViews),
    ...hiddenView(redactions),
  ];
}

function eventsView(lines: Cell[][]): View {
  return { shape: "events", lines };
}

function requestViews(answer: RequestLocals): View[] {
  const { request, frames } = answer;
  const last = frames.at(-1)?.frame;
  const more = last === undefined ? 0 : last.countedFrames - last.number - 1;
  return [
    eventsView([
      headLine(answer, whereText(request)),
      [strong(`${request.method} ${request.route ?? request.view ?? "(route unknown)"}`), dim(`  request ${request.id}`)],
    ]),
    ...frames.map((frame) => eventsView(frameLines(frame))),
    ...(more > 0 ? [eventsView([[dim(`${more} more ${more === 1 ? "frame" : "frames"}; --frames shows them`)]])] : []),
  ];
}

function whereText({ tid, thread, task }: RequestHead): string {
  const parts = [
    ...(task === null ? [] : [`task ${task.name}`]),
    ...(task === null || tid > 0 || thread !== "" ? [threadText({ tid, name: thread })] : []),
  ];
  return parts.join(", ");
}

function headLine(target: TargetHead & { readonly paused: boolean }, where: string): Cell[] {
  const facts = `  pid ${target.pid}, Python ${target.python}, ${where}${target.paused ? ", stopped for the read" : ""}`;
  return [strong(targetName(target)), dim(facts)];
}

function threadText({ tid, name }: { readonly tid: number; readonly name: string }): string {
  return `thread ${name === "" ? "unnamed" : name} (${tid})`;
}

function frameLines({ frame, variables, variableCount }: FrameVariablesResult): Cell[][] {
  const more = variableCount - variables.length;
  const left: Cell[] = frame.stayed ? [] : [{ text: "  the frame was left while it was read", tone: "warn" }];
  return [
    [strong(frame.function), `  ${frame.file}:${frame.line}`, dim(`  frame ${frame.number} of ${frame.countedFrames}`), ...left],
    ...(variables.length === 0 ? [[dim("no variables")]] : []),
    ...variables.flatMap(variableLines),
    ...(more > 0 ? [[dim(`${more} more; --items shows them`)]] : []),
  ];
}

const kindTexts = {
  argument: "argument",
  local: "",
  cell: "cell",
  free: "from the function around",
  comprehension: "of a comprehension",
  namespace: "",
} as const;

function variableLines({ name, kind, value }: Variable): Cell[][] {
  const [first = [], ...rest] = valueLines(strong(`${name} =`), value, 1);
  return [kindTexts[kind] === "" ? first : [...first, dim(`  ${kindTexts[kind]}`)], ...rest];
}
