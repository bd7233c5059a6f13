// The answer of `requests` as people see it: one line per request of all workers, the oldest first; below it the values, where they were asked for.

import { formatDurationMs } from "../base/units.ts";
import { shortFile } from "../stacks/origin.ts";
import { dim, strong, targetName } from "./frame-view.ts";
import { type NextCommand, nextView } from "./next-command.ts";
import type { RequestResult, RequestsTarget } from "./requests-schema.ts";
import type { FrameResult } from "./stack-schema.ts";
import type { RedactionResult } from "./value-schema.ts";
import { hiddenView } from "./value-view.ts";
import type { Cell, Column, View } from "./view.ts";

const columns: readonly Column[] = [
  { title: "AGE", align: "right" },
  { title: "WORKER" },
  { title: "REQUEST" },
  { title: "WHERE", shrinks: true },
  { title: "DOES" },
  { title: "IN" },
  { title: "ID" },
];

interface Row {
  readonly target: RequestsTarget;
  readonly request: RequestResult;
}

interface RequestsAnswer {
  readonly targets: readonly RequestsTarget[];
  readonly redactions: readonly RedactionResult[];
  readonly next: readonly NextCommand[];
}

export function requestsView({ targets, redactions, next }: RequestsAnswer): View[] {
  const rows = targets
    .flatMap((target) => target.requests.map((request) => ({ target, request })))
    .sort((a, b) => knownAge(b.request) - knownAge(a.request));
  const total = targets.reduce((sum, target) => sum + target.total, 0);
  const withValues = rows.filter(({ request }) => request.values !== undefined);
  return [
    { shape: "table", columns, rows: rows.map(toRow), empty: "no request is in work" },
    ...(withValues.length === 0 ? [] : [{ shape: "events" as const, lines: withValues.flatMap((row) => valueLines(row)) }]),
    ...hiddenView(redactions),
    {
      shape: "events",
      lines: [
        [
          dim(
            `${total} ${total === 1 ? "request" : "requests"} in ${targets.length} ${targets.length === 1 ? "process" : "processes"}${shownText(rows.length, total)}`,
          ),
        ],
      ],
    },
    ...nextView(next),
  ];
}

function shownText(shown: number, total: number): string {
  return shown < total ? `; ${shown} shown, --limit shows more` : "";
}

// Without any knowledge a request stands last.
function knownAge({ ageMs, standsMs }: RequestResult): number {
  return ageMs ?? standsMs ?? -1;
}

const slowMs = 5_000;
const stuckMs = 30_000;

function toRow({ target, request }: Row): Cell[] {
  const { id, state, detail, thread, tid, task } = request;
  return [
    ageCell(request),
    targetName(target),
    strong(nameOf(request)),
    request.place === null ? dim(request.frames[0] === undefined ? "" : placeText(request.frames[0])) : placeText(request.place),
    detail === undefined ? state : `${state} ${detail}`,
    dim(short(task === null || tid > 0 ? (thread === "" ? `thread ${tid}` : thread) : `task ${task.name}`)),
    dim(id),
  ];
}

// Frameworks name tasks after a whole path of functions; the JSON has it all.
const longestPlace = 28;

function short(text: string): string {
  return text.length <= longestPlace ? text : `${text.slice(0, longestPlace - 1)}…`;
}

function ageCell(request: RequestResult): Cell {
  const known = knownAge(request);
  if (known < 0) return dim("?");
  const text = `${request.ageMs === undefined ? "> " : ""}${formatDurationMs(known)}`;
  return { text, tone: known >= stuckMs ? "bad" : known >= slowMs ? "warn" : "plain" };
}

/** "GET /orders/<int:id>", or the view's name, or the function that works on it. */
function nameOf({ method, route, view, place }: RequestResult): string {
  return `${method} ${route ?? view ?? (place === null ? "(route unknown)" : `in ${place.function}`)}`;
}

function placeText(frame: FrameResult): string {
  return `${frame.function} (${shortFile(frame.file)}${frame.line > 0 ? `:${frame.line}` : ""})`;
}

function valueLines({ target, request }: Row): Cell[][] {
  const { values } = request;
  if (values === undefined) return [];
  const pair = (name: string, value: string): Cell[][] => (value === "" ? [] : [[dim(`  ${name}  `), value]]);
  const omitted = values.headerCount - values.headers.length;
  return [
    [strong(`${targetName(target)}  ${nameOf(request)}`)],
    ...pair("path", values.path + (values.query === "" ? "" : `?${values.query}`)),
    ...pair("client", values.client),
    ...pair("user", values.user),
    ...pair("task id", values.id),
    ...values.headers.flatMap(({ name, value }) => pair(name, value)),
    ...(omitted > 0 ? pair("…", `${omitted} more headers`) : []),
  ];
}
