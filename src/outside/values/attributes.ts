// The attributes of an object without asking it: its own dict (managed, inline or plain), its slots, and properties as what they are, not run.
// Source: Objects/typeobject.c (tp_dictoffset, __slots__), Objects/object.c (_PyObject_ComputedDictPointer).

import { i64 } from "../../base/bytes.ts";
import type { Value, ValueField } from "../../stacks/value.ts";
import { type Entry, readAttributes, readDictionary } from "../dictionary.ts";
import { readWord } from "../memory.ts";
import { hasFlag, typeFlags } from "../type-facts.ts";
import { valueRules } from "./neighbours.ts";
import { inside, keyText, plainText, type Subject, type Walk } from "./walk.ts";

export interface AttributeFields {
  readonly fields: readonly ValueField[];
  /** How many there are in truth. */
  readonly fieldCount: number;
}

interface Attribute {
  readonly name: string;
  /** 0 for a slot that is not bound. */
  readonly address: number;
}

/** Attributes, then slots, then properties, at most as many as the limits allow; `extra` stands first. */
export function readAttributeFields(walk: Walk, subject: Subject, extra: readonly Attribute[] = []): AttributeFields {
  const attributes = [...extra, ...readOwnAttributes(walk, subject)];
  const taken = new Set(attributes.map(({ name }) => name));
  const properties = walk.members(subject.type).properties.filter((name) => !taken.has(name));
  const fieldCount = attributes.length + properties.length;
  if (subject.place.depth <= 0) return { fields: [], fieldCount };
  const shown = attributes.slice(0, walk.limits.fields);
  const rules = valueRules(
    walk,
    shown.map(({ name, address }) => ({ name, value: address })),
  );
  const fields: ValueField[] = [];
  for (const [index, { name, address }] of shown.entries()) {
    if (walk.budget.full() !== undefined) return { fields, fieldCount };
    fields.push({ name: plainText(walk, name), value: address === 0 ? unbound : walk.read(address, inside(subject, rules[index])) });
  }
  fields.push(...properties.slice(0, walk.limits.fields - fields.length).map((name) => ({ name: plainText(walk, name), value: property })));
  return { fields, fieldCount };
}

const unbound: Value = { kind: "unbound", type: "" };
const property: Value = { kind: "property", type: "property" };

/** One attribute by name, wherever the object keeps it; undefined where it has none. */
export function findOwnAttribute(walk: Walk, subject: Subject, name: string): number | undefined {
  const found = readOwnAttributes(walk, subject).find((attribute) => attribute.name === name)?.address;
  return found === 0 ? undefined : found;
}

function readOwnAttributes(walk: Walk, subject: Subject): Attribute[] {
  const own = attributeEntries(walk, subject).flatMap(({ key, value }) => {
    const name = keyText(walk, key);
    return name === undefined ? [] : [{ name, address: value }];
  });
  const slots = walk
    .members(subject.type)
    .slots.map(({ name, offset }) => ({ name, address: readWord(walk.heap.memory, subject.address + offset) ?? 0 }));
  return slots.length === 0 ? own : [...own, ...slots];
}

function attributeEntries({ heap }: Walk, { address, type }: Subject): Entry[] {
  const { facts, itemSize } = type;
  if (hasFlag(facts, typeFlags.managedDictionary) || facts.dictionaryOffset >= 0) return readAttributes(heap, address);
  // An object of variable size keeps the pointer behind its items (int, tuple, bytes subclasses up to 3.11).
  const bytes = heap.memory.read(address + heap.layout.object.variableSize, 8);
  if (bytes === undefined) return [];
  const size = Math.ceil((facts.basicSize + Math.abs(i64(bytes, 0)) * itemSize) / 8) * 8;
  const dictionary = readWord(heap.memory, address + size + facts.dictionaryOffset) ?? 0;
  return dictionary === 0 ? [] : readDictionary(heap, dictionary);
}
