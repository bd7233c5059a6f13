// An agent command's answer as people see it, by its shape alone: no plugin brings drawing of its own. Equal workers stand together, and what differs is marked.

import type { AgentEntry } from "./agent-entry.ts";
import { cellLines, cellText, isRecord, recordsIn } from "./agent-cells.ts";
import type { AgentResult, WorkerAnswer } from "./agent-result.ts";
import { differingView } from "./agent-view-differing.ts";
import { framesIn } from "./agent-frames.ts";
import type { Cell, StackNode, View } from "./view.ts";
import { workersText } from "./worker-names.ts";

export function agentView(entry: AgentEntry): (result: AgentResult) => View[] {
  return ({ answers, silent }) => {
    const [first] = answers;
    if (first === undefined) return [];
    const alone = answers.length === 1 && first.workers.length === 1 && silent.length === 0;
    if (alone) return [...shapeViews(entry, first, undefined), ...cutViews(first)];
    const beside = answers.length > 1 ? differingView(entry, answers) : undefined;
    if (beside !== undefined) return [beside, ...answers.flatMap(cutViews)];
    return answers.flatMap((answer, index) => [
      { shape: "events", lines: [headOf(answer, index > 0)] },
      ...shapeViews(entry, answer, index > 0 ? first : undefined),
      ...cutViews(answer),
    ]);
  };
}

function headOf({ workers }: WorkerAnswer, differs: boolean): Cell[] {
  const pids = workers.length === 1 ? `  pid ${workers[0]?.pid}` : `  ${workers.length} workers, the same answer`;
  const mark: Cell[] = differs ? [{ text: "  differs", tone: "warn" }] : [];
  return [{ text: workersText(workers), tone: "strong" }, { text: pids, tone: "dim" }, ...mark];
}

/** What is not in `standard`, the answer of most, is marked. */
function shapeViews(entry: AgentEntry, { value }: WorkerAnswer, standard: WorkerAnswer | undefined): View[] {
  switch (entry.shape) {
    case "value":
      return valueViews(value);
    case "record":
      return [recordView(value)];
    case "table":
      return [tableView(entry, value, standard?.value)];
    case "stacks":
      return [{ shape: "stacks", nodes: recordsIn(value).map(stackOf), empty: "there is none" }];
    case "events":
      return [{ shape: "events", lines: (Array.isArray(value) ? value : [value]).map(eventLine), empty: "nothing" }];
    case "text":
      return [{ shape: "text", text: typeof value === "string" ? value : cellText(value) }];
  }
}

function valueViews(value: unknown): View[] {
  if (value === null || typeof value !== "object") return [{ shape: "value", value: cellText(value) }];
  return [{ shape: "events", lines: cellLines(value), empty: "nothing" }];
}

function recordView(value: unknown): View {
  const fields = isRecord(value) ? Object.entries(value) : [["value", value] as const];
  return { shape: "record", fields: fields.map(([name, one]) => ({ name, value: cellText(one) })) };
}

function tableView({ columns }: AgentEntry, value: unknown, standard: unknown): View {
  const rows = recordsIn(value);
  const shown = columns.length > 0 ? columns : columnsOf(rows);
  const usual = standard === undefined ? undefined : new Set(recordsIn(standard).map((row) => JSON.stringify(row)));
  return {
    shape: "table",
    columns: shown.map(({ name, title, align }, index) => ({
      title: (title ?? name).toUpperCase(),
      ...(align === undefined ? {} : { align }),
      ...(index === shown.length - 1 ? { shrinks: true } : {}),
    })),
    rows: rows.map((row) => {
      const differs = usual !== undefined && !usual.has(JSON.stringify(row));
      return shown.map(({ name }): Cell => (differs ? { text: cellText(row[name]), tone: "warn" } : cellText(row[name])));
    }),
    empty: "there is none",
  };
}

interface ShownColumn {
  readonly name: string;
  readonly title?: string | undefined;
  readonly align?: "left" | "right" | undefined;
}

/** Of a plugin that names no columns: every key, in order of first appearance. */
function columnsOf(rows: readonly Readonly<Record<string, unknown>>[]): ShownColumn[] {
  const names = new Set(rows.slice(0, 100).flatMap((row) => Object.keys(row)));
  return [...names].slice(0, 50).map((name) => ({ name }));
}

function stackOf(row: Readonly<Record<string, unknown>>): StackNode {
  const { heading, details, children } = row;
  return {
    heading: [{ text: cellText(heading), tone: "strong" }],
    details: (Array.isArray(details) ? details : []).map(cellText),
    frames: framesIn(row["frames"]),
    children: recordsIn(children).map(stackOf),
  };
}

function eventLine(event: unknown): Cell[] {
  if (!isRecord(event)) return [cellText(event)];
  const { time, text, ...rest } = event;
  const others = Object.entries(rest).map(([name, value]) => `${name}=${cellText(value)}`);
  return [
    ...(time === undefined ? [] : [{ text: `${cellText(time)}  `, tone: "dim" } as const]),
    [...(text === undefined ? [] : [cellText(text)]), ...others].join("  "),
  ];
}

function cutViews({ cut }: WorkerAnswer): View[] {
  const lines = cut.map(({ what, shown, of }): Cell[] => [
    { text: `… ${shown.toLocaleString("en-US")} of ${of.toLocaleString("en-US")} ${what} shown`, tone: "dim" },
  ]);
  return lines.length === 0 ? [] : [{ shape: "events", lines }];
}
