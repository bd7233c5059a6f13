import { expect, test } from "vitest";
import { shortText, valueLines } from "../../../src/protocol/value-view.ts";
import type { Value } from "../../../src/stacks/value.ts";

const one: Value = { kind: "int", type: "int", text: "1" };
const word: Value = { kind: "str", type: "str", text: "it's\n" };

test.each<[Value, string]>([
  [word, `"it's\\n"`],
  [{ kind: "str", type: "app.Text", text: "a", cut: true, size: 12_345 }, "app.Text 'a'… (12,345 characters)"],
  [{ kind: "sequence", type: "tuple", items: [one] }, "(1,)"],
  [{ kind: "sequence", type: "list", items: [one], cut: true, size: 9 }, "[1, … 8 more]"],
  [{ kind: "set", type: "set", items: [] }, "set()"],
  [{ kind: "mapping", type: "collections.OrderedDict", entries: [{ key: word, value: one }] }, `collections.OrderedDict{"it's\\n": 1}`],
  [
    { kind: "instance", type: "__main__.Order", fields: [{ name: "number", value: one }], cut: true, fieldCount: 2 },
    "Order(number=1, … 1 more attribute)",
  ],
  [{ kind: "exception", type: "ValueError", items: [one], fields: [] }, "ValueError(1)"],
  [{ kind: "mapping", type: "dict", hidden: "name: secret" }, "<hidden: name: secret> (dict)"],
  [{ kind: "int", type: "int", cut: true, size: 60_206 }, "int of 60,206 digits"],
  [{ kind: "cycle", type: "list", text: "1 level up" }, "<the same list, 1 level up>"],
  [{ kind: "property", type: "property" }, "<property, not run>"],
])("%j reads %s", (value, text) => {
  expect(shortText(value)).toBe(text);
});

test("a long value becomes a tree, and what changed stands on a line of its own", () => {
  const value: Value = { kind: "sequence", type: "list", items: [one, { ...one, changed: true }] };
  const lines = valueLines("row =", value, 1).map((cells) => cells.map((cell) => (typeof cell === "string" ? cell : cell.text)).join(""));
  expect(lines).toEqual(["  row = list of 2", "    [0] 1", "    [1] 1  changed while read"]);
});
