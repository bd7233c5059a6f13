// Differing answers side by side, where they are short: one column of a table for each group of workers, what differs from the first marked.

import { cellText, isRecord } from "./agent-cells.ts";
import type { AgentEntry } from "./agent-entry.ts";
import type { WorkerAnswer } from "./agent-result.ts";
import type { Cell, View } from "./view.ts";
import { workersText } from "./worker-names.ts";

const mostColumns = 6;

/** Undefined where they are to stand below each other instead. */
export function differingView({ shape }: AgentEntry, answers: readonly WorkerAnswer[]): View | undefined {
  if (shape === "value" && answers.every(({ value }) => !cellText(value).includes("\n"))) return valuesView(answers);
  if (shape === "record" && answers.length <= mostColumns && answers.every(({ value }) => isRecord(value))) return recordsView(answers);
  return undefined;
}

function valuesView(answers: readonly WorkerAnswer[]): View {
  return {
    shape: "table",
    columns: [{ title: "WORKERS" }, { title: "VALUE", shrinks: true }],
    rows: answers.map(({ workers, value }, index): Cell[] => [workersText(workers), marked(cellText(value), index > 0)]),
  };
}

function recordsView(answers: readonly WorkerAnswer[]): View {
  const records = answers.map(({ value }) => (isRecord(value) ? value : {}));
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  return {
    shape: "table",
    columns: [{ title: "" }, ...answers.map(({ workers }) => ({ title: workersText(workers), shrinks: true }))],
    rows: names.map((name): Cell[] => {
      const texts = records.map((record) => cellText(record[name]));
      return [{ text: name, tone: "dim" }, ...texts.map((text) => marked(text, text !== texts[0]))];
    }),
  };
}

function marked(text: string, differs: boolean): Cell {
  return differs ? { text, tone: "warn" } : text;
}
