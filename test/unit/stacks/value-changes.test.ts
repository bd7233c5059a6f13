import { expect, test } from "vitest";
import type { Value, Variable } from "../../../src/stacks/value.ts";
import { hasChanged, markChanges } from "../../../src/stacks/value-changes.ts";

function whole(text: string): Value {
  return { kind: "int", type: "int", text };
}

function list(...items: Value[]): Value {
  return { kind: "sequence", type: "list", items };
}

function variable(name: string, value: Value): Variable {
  return { name, kind: "local", value };
}

test("only the innermost value that differs is marked", () => {
  const [marked] = markChanges([variable("a", list(whole("1"), list(whole("2"))))], [variable("a", list(whole("1"), list(whole("3"))))]);
  expect(marked?.value).toEqual(list(whole("1"), list({ ...whole("3"), changed: true })));
});

test("a value of another kind, length or type is marked as a whole", () => {
  const earlier = [variable("a", list(whole("1"))), variable("b", whole("1")), variable("c", whole("1"))];
  const later = [variable("a", list(whole("1"), whole("2"))), variable("b", list()), variable("c", { ...whole("1"), type: "Count" })];
  expect(markChanges(earlier, later).map(({ value }) => value.changed)).toEqual([true, true, true]);
});

test("fields and entries are compared in their places", () => {
  const value = (name: string, text: string): Value => ({ kind: "instance", type: "Order", fields: [{ name, value: whole(text) }] });
  expect(markChanges([variable("a", value("x", "1"))], [variable("a", value("y", "1"))])[0]?.value.fields?.[0]?.value.changed).toBe(true);
  const mapping = (text: string): Value => ({ kind: "mapping", type: "dict", entries: [{ key: whole("1"), value: whole(text) }] });
  const [changed] = markChanges([variable("a", mapping("1"))], [variable("a", mapping("2"))]);
  expect(changed?.value.entries?.[0]).toEqual({ key: whole("1"), value: { ...whole("2"), changed: true } });
});

test("equal looks have no mark, and a variable that was not there before has one", () => {
  const same = [variable("a", list(whole("1")))];
  expect(markChanges(same, same)).toEqual(same);
  expect(markChanges([], same).every(({ value }) => hasChanged(value))).toBe(true);
});
