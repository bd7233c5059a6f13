// Lists, tuples, namedtuples, sets, deques and dicts by layout: iterated in memory, so no method of the application's decides anything.
// Source: Include/cpython/listobject.h, tupleobject.h, Objects/setobject.c, Objects/dictobject.c, Modules/_collectionsmodule.c.

import { u64 } from "../../base/bytes.ts";
import type { Value, ValueEntry, ValueField } from "../../stacks/value.ts";
import { readDictionary } from "../dictionary.ts";
import { readWord } from "../memory.ts";
import { readSequence } from "../sequences.ts";
import { readSet } from "../sets.ts";
import { readArgumentTexts } from "./argument-list.ts";
import { readAttributeFields } from "./attributes.ts";
import { readDequeItems } from "./deque-items.ts";
import { pairRule, valueRules } from "./neighbours.ts";
import { hiddenValue, hidingRule, inside, keyText, plainText, type Subject, type Walk } from "./walk.ts";

interface Held {
  readonly items: readonly number[];
  /** How many there are in truth. */
  readonly size: number;
}

export function readListOrTuple(walk: Walk, subject: Subject): Value | undefined {
  const size = readSize(walk, subject.address, walk.heap.layout.object.variableSize);
  if (size === undefined) return undefined;
  const items = hidingRule(subject) === undefined ? readSequence(walk.heap, subject.address, walk.limits.items) : [];
  const names = subject.type.python && subject.type.native === "tuple" ? walk.members(subject.type).tupleNames : undefined;
  if (names !== undefined && names.length === size) return namedItems(walk, subject, { items, size }, names);
  return sequence(walk, subject, "sequence", { items, size });
}

export function readSetValue(walk: Walk, subject: Subject): Value | undefined {
  const size = readSize(walk, subject.address, walk.heap.layout.set.used);
  return size === undefined
    ? undefined
    : sequence(walk, subject, "set", { items: readSet(walk.heap, subject.address, Math.min(size, walk.limits.items)), size });
}

export function readDeque(walk: Walk, subject: Subject): Value | undefined {
  const size = readSize(walk, subject.address, walk.heap.layout.object.variableSize);
  return size === undefined
    ? undefined
    : sequence(walk, subject, "sequence", { items: readDequeItems(walk.heap, subject.address, Math.min(size, walk.limits.items)), size });
}

function readSize({ heap }: Walk, address: number, offset: number): number | undefined {
  const size = readWord(heap.memory, address + offset);
  return size !== undefined && size < 2 ** 40 ? size : undefined;
}

function sequence(walk: Walk, subject: Subject, kind: "sequence" | "set", { items, size }: Held): Value | undefined {
  const type = subject.type.name;
  const rule = hidingRule(subject);
  if (rule !== undefined) return size === 0 ? { kind, type, items: [] } : hiddenValue(walk, kind, type, rule);
  if (items.length === 0 && size > 0) return undefined;
  const shown = subject.place.depth > 0 ? items : [];
  const values = readArgumentTexts(walk, subject, shown) ?? readItems(walk, subject, shown);
  const cut = values.length < size ? { cut: true as const, size } : {};
  return { kind, type, items: values, ...cut, ...ownAttributes(walk, subject) };
}

function readItems(walk: Walk, subject: Subject, items: readonly number[]): Value[] {
  const rule = pairRule(walk, items);
  const values: Value[] = [];
  for (const [index, item] of items.entries()) {
    if (walk.budget.full() !== undefined) break;
    values.push(walk.read(item, inside(subject, index === 1 ? rule : undefined)));
  }
  return values;
}

function namedItems(walk: Walk, subject: Subject, { items, size }: Held, names: readonly string[]): Value {
  const rule = hidingRule(subject);
  if (rule !== undefined) return hiddenValue(walk, "sequence", subject.type.name, rule);
  const fields: ValueField[] = [];
  for (const [index, item] of (subject.place.depth > 0 ? items : []).entries()) {
    if (walk.budget.full() !== undefined) break;
    const name = names[index] ?? "";
    fields.push({ name: plainText(walk, name), value: walk.read(item, inside(subject, walk.redactor.hidesName(name))) });
  }
  return { kind: "sequence", type: subject.type.name, fields, ...(fields.length < size ? { cut: true as const, fieldCount: size } : {}) };
}

/** A dict or an instance of a subclass, with the attributes of the latter. */
export function readMapping(walk: Walk, subject: Subject): Value | undefined {
  const head = walk.heap.memory.read(subject.address, walk.heap.layout.dictionary.size);
  const size = head === undefined ? 2 ** 40 : u64(head, walk.heap.layout.dictionary.used);
  if (size >= 2 ** 40) return undefined;
  const type = subject.type.name;
  const rule = hidingRule(subject);
  if (rule !== undefined) return size === 0 ? { kind: "mapping", type, entries: [] } : hiddenValue(walk, "mapping", type, rule);
  const entries = subject.place.depth > 0 ? readEntries(walk, subject, size) : [];
  if (entries === undefined) return undefined;
  const cut = entries.length < size ? { cut: true as const, size } : {};
  return { kind: "mapping", type, entries, ...cut, ...ownAttributes(walk, subject) };
}

function readEntries(walk: Walk, subject: Subject, size: number): ValueEntry[] | undefined {
  const found = readDictionary(walk.heap, subject.address, Math.min(size, walk.limits.items));
  if (found.length === 0 && size > 0) return undefined;
  const rules = valueRules(
    walk,
    found.map(({ key, value }) => ({ name: keyText(walk, key), value })),
  );
  const entries: ValueEntry[] = [];
  for (const [index, { key, value }] of found.entries()) {
    if (walk.budget.full() !== undefined) break;
    entries.push({ key: walk.read(key, inside(subject)), value: walk.read(value, inside(subject, rules[index])) });
  }
  return entries;
}

// What a class written in Python adds to a list or dict.
function ownAttributes(walk: Walk, subject: Subject): Pick<Value, "fields" | "fieldCount" | "cut"> {
  if (!subject.type.python) return {};
  const { fields, fieldCount } = readAttributeFields(walk, subject);
  return fieldCount === 0 ? {} : { fields, ...(fields.length < fieldCount ? { cut: true as const, fieldCount } : {}) };
}
