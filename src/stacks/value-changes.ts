// Two looks at the same variables, a moment apart: the later one, with a mark on every value that differs from the earlier.

import type { Value, ValueEntry, ValueField, Variable } from "./value.ts";

/** `later` with `changed` on the innermost values that differ. A variable that was not there before counts as changed. */
export function markChanges(earlier: readonly Variable[], later: readonly Variable[]): Variable[] {
  const before = new Map(earlier.map((variable) => [variable.name, variable.value]));
  return later.map((variable) => {
    const known = before.get(variable.name);
    return { ...variable, value: known === undefined ? changed(variable.value) : markChanged(known, variable.value) };
  });
}

/** True where a value, or anything in it, is marked. */
export function hasChanged(value: Value): boolean {
  if (value.changed === true) return true;
  const inside = [
    ...(value.items ?? []),
    ...(value.fields ?? []).map((field) => field.value),
    ...(value.entries ?? []).flatMap((entry) => [entry.key, entry.value]),
  ];
  return inside.some(hasChanged);
}

function markChanged(earlier: Value, later: Value): Value {
  if (!sameSelf(earlier, later)) return changed(later);
  const { items, fields, entries } = later;
  if (items === undefined && fields === undefined && entries === undefined) return later;
  return {
    ...later,
    ...(items === undefined ? {} : { items: items.map((item, index) => markOne(earlier.items?.[index], item)) }),
    ...(entries === undefined ? {} : { entries: entries.map((entry, index) => markEntry(earlier.entries?.[index], entry)) }),
    ...(fields === undefined ? {} : { fields: fields.map((field, index) => markField(earlier.fields?.[index], field)) }),
  };
}

// What a value is apart from what it holds; where that differs, what it holds need not be compared.
function sameSelf(earlier: Value, later: Value): boolean {
  return (
    (["kind", "type", "text", "size", "fieldCount", "cut", "hidden", "address"] as const).every((key) => earlier[key] === later[key]) &&
    earlier.items?.length === later.items?.length &&
    earlier.fields?.length === later.fields?.length &&
    earlier.entries?.length === later.entries?.length
  );
}

function markOne(earlier: Value | undefined, later: Value): Value {
  return earlier === undefined ? changed(later) : markChanged(earlier, later);
}

function markEntry(earlier: ValueEntry | undefined, later: ValueEntry): ValueEntry {
  return { key: markOne(earlier?.key, later.key), value: markOne(earlier?.value, later.value) };
}

function markField(earlier: ValueField | undefined, later: ValueField): ValueField {
  const sameName = earlier?.name === later.name;
  return { name: later.name, value: sameName ? markOne(earlier?.value, later.value) : changed(later.value) };
}

function changed(value: Value): Value {
  return { ...value, changed: true };
}
