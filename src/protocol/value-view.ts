// Captured values as people read them: on one line where that is short, else as an indented tree. Looks like Python where Python has a way to write it.

import type { Value } from "../stacks/value.ts";
import { dim } from "./frame-view.ts";
import type { RedactionResult } from "./value-schema.ts";
import type { Cell, View } from "./view.ts";

const lineCharacters = 100;
const indent = 2;

/** One line that counts what was hidden, by rule; nothing where nothing was. */
export function hiddenView(redactions: readonly RedactionResult[]): View[] {
  if (redactions.length === 0) return [];
  return [{ shape: "events", lines: [[dim(`hidden: ${redactions.map(({ rule, count }) => `${rule} (${count})`).join(", ")}`)]] }];
}

/** Lines for `label value`, the first at `level`, what it holds below it. */
export function valueLines(label: Cell, value: Value, level: number): Cell[][] {
  const margin = " ".repeat(level * indent);
  const short = shortText(value);
  const marks = marksOf(value);
  if (short !== undefined && short.length + margin.length + textOf(label).length <= lineCharacters)
    return [[margin, label, " ", short, ...marks]];
  const below = childrenOf(value);
  if (below.length === 0) return [[margin, label, " ", short ?? headText(value), ...marks]];
  return [[margin, label, " ", headText(value), ...marks], ...below.flatMap((child) => valueLines(child.label, child.value, level + 1))];
}

interface Child {
  readonly label: Cell;
  readonly value: Value;
}

function childrenOf({ items, entries, fields }: Value): Child[] {
  return [
    ...(items ?? []).map((value, index) => ({ label: dim(`[${index}]`), value })),
    ...(entries ?? []).map(({ key, value }) => ({ label: `${shortText(key) ?? headText(key)}:`, value })),
    ...(fields ?? []).map(({ name, value }) => ({ label: `.${name} =`, value })),
  ];
}

/** The whole value on one line; undefined where it, or something in it, does not fit one. */
export function shortText(value: Value): string | undefined {
  const { items, entries, fields } = value;
  if (items === undefined && entries === undefined && fields === undefined) return headText(value);
  // What changed is marked line by line.
  if (isMarked(value)) return undefined;
  const parts: string[] = [];
  let length = 0;
  for (const { label, value: inner } of childrenOf(value)) {
    const text = isMarked(inner) ? undefined : shortText(inner);
    if (text === undefined) return undefined;
    const name = textOf(label);
    parts.push(name.startsWith("[") ? text : name.endsWith(":") ? `${name} ${text}` : `${name.slice(1).replace(" =", "=")}${text}`);
    length += (parts.at(-1)?.length ?? 0) + 2;
    if (length > lineCharacters) return undefined;
  }
  return wrapped(value, parts.join(", "));
}

function wrapped(value: Value, inside: string): string {
  const more = moreText(value);
  const body = more === "" ? inside : inside === "" ? more : `${inside}, ${more}`;
  const { kind, type, items } = value;
  const name = typeText(type);
  if (kind === "sequence" && items !== undefined) {
    if (type === "tuple") return `(${body}${items.length === 1 && more === "" ? "," : ""})`;
    return `${type === "list" ? "" : name}[${body}]`;
  }
  if (kind === "mapping") return `${type === "dict" ? "" : name}{${body}}`;
  if (kind === "set") return body === "" ? `${name}()` : `${type === "set" ? "" : name}{${body}}`;
  return `${value.text === undefined ? name : headText(value)}(${body})`;
}

type Writer = (value: Value) => string;

const writers: Partial<Readonly<Record<Value["kind"], Writer>>> = {
  unbound: () => "<not bound>",
  property: () => "<property, not run>",
  "left out": () => "<left out: the limit was reached>",
  unreadable: ({ type, address }) => `<unreadable${type === "" ? "" : `: ${typeText(type)}`} at ${address ?? ""}>`,
  cycle: ({ type, text }) => `<the same ${typeText(type)}, ${text ?? ""}>`,
  str: (value) => `${subtype(value.type, "str")}${quoted(value.text ?? "")}${cutText(value)}`,
  bytes: (value) => `${subtype(value.type, "bytes")}b'${(value.text ?? "").replaceAll("'", String.raw`\'`)}'${cutText(value)}`,
  int: (value) => (value.text === undefined ? digitsText(value) : bareText(value)),
  decimal: (value) => (value.text === undefined ? digitsText(value) : `${typeText(value.type)} ${value.text}${cutText(value)}`),
  enum: ({ type, text }) => `${typeText(type)}.${text ?? ""}`,
  none: bareText,
  bool: bareText,
  float: bareText,
  complex: bareText,
};

/** The value without what it holds. */
function headText(value: Value): string {
  const { kind, type, text, hidden } = value;
  if (hidden !== undefined && text === undefined) return `<hidden: ${hidden}> (${typeText(type)})`;
  const writer = writers[kind];
  if (writer !== undefined) return writer(value);
  return text === undefined ? holderText(value) : `${typeText(type)} ${text}${cutText(value)}`;
}

function holderText(value: Value): string {
  const { type, items, entries, address } = value;
  if (items !== undefined || entries !== undefined) return `${typeText(type)}${countOf(value)}`;
  const more = moreText(value);
  return `${typeText(type)}${address === undefined ? "" : ` at ${address}`}${more === "" ? "" : `, ${more}`}`;
}

function digitsText({ type, size }: Value): string {
  return `${typeText(type)} of ${countText(size ?? 0)} digits`;
}

function bareText(value: Value): string {
  return `${subtype(value.type, value.kind)}${value.text ?? ""}${cutText(value)}`;
}

function countOf(value: Value): string {
  const shown = value.items?.length ?? value.entries?.length ?? 0;
  const size = value.size ?? shown;
  return shown < size ? ` of ${countText(size)}, ${shown} shown` : ` of ${countText(size)}`;
}

function moreText(value: Value): string {
  const shown = value.items?.length ?? value.entries?.length ?? 0;
  const missing = Math.max(0, (value.size ?? shown) - shown);
  const fields = Math.max(0, (value.fieldCount ?? 0) - (value.fields?.length ?? 0));
  const parts = [
    ...(missing > 0 ? [`… ${countText(missing)} more`] : []),
    ...(fields > 0 ? [`… ${countText(fields)} more ${fields === 1 ? "attribute" : "attributes"}`] : []),
  ];
  return parts.join(", ");
}

function cutText({ kind, cut, size }: Value): string {
  if (cut !== true || size === undefined) return "";
  return `… (${countText(size)} ${kind === "bytes" ? "bytes" : kind === "int" || kind === "decimal" ? "digits" : "characters"})`;
}

// A class of the application that is a str or int at heart says so.
function subtype(type: string, plain: string): string {
  return type === plain || type === "NoneType" ? "" : `${typeText(type)} `;
}

/** Classes of the program itself need no module; it is named like all others in JSON. */
function typeText(type: string): string {
  return type.startsWith("__main__.") ? type.slice("__main__.".length) : type;
}

function quoted(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t");
  return escaped.includes("'") && !escaped.includes('"') ? `"${escaped}"` : `'${escaped.replaceAll("'", String.raw`\'`)}'`;
}

function marksOf({ changed }: Value): Cell[] {
  return changed === true ? [{ text: "  changed while read", tone: "warn" }] : [];
}

function isMarked({ changed, items, entries, fields }: Value): boolean {
  if (changed === true) return true;
  return [...(items ?? []), ...(entries ?? []).flatMap(({ key, value }) => [key, value]), ...(fields ?? []).map(({ value }) => value)].some(
    isMarked,
  );
}

function textOf(cell: Cell): string {
  return typeof cell === "string" ? cell : cell.text;
}

function countText(count: number): string {
  return count.toLocaleString("en-US");
}
