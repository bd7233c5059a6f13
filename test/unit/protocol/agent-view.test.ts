// Answers of agents as views: equal workers together, what differs marked, and values of any form drawn without a throw.

import { expect, test } from "vitest";
import { type AgentEntry, agentEntrySchema } from "../../../src/protocol/agent-entry.ts";
import type { WorkerAnswer } from "../../../src/protocol/agent-result.ts";
import { agentView } from "../../../src/protocol/agent-view.ts";

const shapes = ["value", "record", "table", "stacks", "events", "text"] as const;

function entryOf(shape: (typeof shapes)[number], columns: { name: string }[] = []): AgentEntry {
  return agentEntrySchema().parse({ name: "shop orders", summary: "Orders", level: "inspect", shape, columns });
}

function answer(value: unknown, ...numbers: number[]): WorkerAnswer {
  return { value, workers: numbers.map((number) => ({ pid: 100 + number, label: `shop/${number}` })), cut: [], durationMs: 1 };
}

const views = (entry: AgentEntry, ...answers: WorkerAnswer[]) => agentView(entry)({ answers, silent: [], redactions: [] });

test("one worker's value stands alone", () => {
  expect(views(entryOf("value"), answer("/srv/shop", 1))).toEqual([{ shape: "value", value: "/srv/shop" }]);
});

test("workers that agree are named once above their answer", () => {
  const [head, value] = views(entryOf("value"), answer("/srv/shop", 1, 2));
  expect(JSON.stringify(head)).toContain("shop/1, shop/2");
  expect(value).toEqual({ shape: "value", value: "/srv/shop" });
});

test("differing values and records stand side by side, and what is not as in the first is marked", () => {
  expect(views(entryOf("value"), answer("/srv", 1, 2), answer("/tmp", 3))).toMatchObject([
    {
      shape: "table",
      rows: [
        ["shop/1, shop/2", "/srv"],
        ["shop/3", { text: "/tmp", tone: "warn" }],
      ],
    },
  ]);
  const [table] = views(entryOf("record"), answer({ a: 1, b: 2 }, 1, 2), answer({ a: 1, b: 3, c: 4 }, 3));
  expect(table).toMatchObject({
    columns: [{ title: "" }, { title: "shop/1, shop/2" }, { title: "shop/3" }],
    rows: [
      [{ text: "a" }, "1", "1"],
      [{ text: "b" }, "2", { text: "3", tone: "warn" }],
      [{ text: "c" }, "", { text: "4", tone: "warn" }],
    ],
  });
});

test("of differing tables the rows that the first has not are marked", () => {
  const all = views(entryOf("table", [{ name: "id" }]), answer([{ id: 1 }, { id: 2 }], 1, 2), answer([{ id: 1 }, { id: 3 }], 3));
  expect(all.flatMap((view) => (view.shape === "table" ? view.rows : []))).toEqual([["1"], ["2"], ["1"], [{ text: "3", tone: "warn" }]]);
});

test("what was cut is said with the true size", () => {
  const cut = { ...answer([{ id: 1 }], 1), cut: [{ what: "rows", shown: 1, of: 12_345 }] };
  expect(JSON.stringify(views(entryOf("table"), cut))).toContain("1 of 12,345 rows shown");
});

const hostile: readonly unknown[] = [
  null,
  7,
  "text",
  [],
  {},
  [null, [[]], { kind: "str" }],
  { kind: "mapping", type: "dict", entries: 7 },
  { kind: "sequence", type: "list", items: [{ kind: "nonsense" }, null] },
  { kind: "str", type: "str", text: { toString: 1 } },
  [{ heading: {}, details: 3, frames: [{ function: 1 }, null], children: [{}] }],
  { toString: "x", valueOf: 1, length: -1 },
];

test.each(shapes)("a value of any form is drawn in the shape %s", (shape) => {
  for (const value of hostile) {
    expect(() => JSON.stringify(views(entryOf(shape), answer(value, 1)))).not.toThrow();
    expect(() => JSON.stringify(views(entryOf(shape), answer(value, 1), answer("other", 2)))).not.toThrow();
  }
});
