// Cells of an agent's answer as people read them: JSON scalars, lists of them, and captured application values. Everything may have any form.

import { type Value, valueKinds } from "../stacks/value.ts";
import { shortText, valueLines } from "./value-view.ts";
import type { Cell } from "./view.ts";

const kinds: ReadonlySet<unknown> = new Set(valueKinds);
const jsonCharactersMax = 2_000;

export type JsonRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The rows of what should be a list of records. */
export function recordsIn(value: unknown): JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** True of what a plugin made with `context.value`; its inner parts are as hostile as everything else. */
function isValue(value: unknown): value is Value {
  return isRecord(value) && kinds.has(value["kind"]) && typeof value["type"] === "string" && Object.keys(value).every(isFieldOfValue);
}

const fieldsOfValue: ReadonlySet<string> = new Set(
  ["kind", "type", "text", "items", "entries", "fields", "cut", "size", "fieldCount", "hidden", "changed", "address"].concat("fingerprint"),
);

function isFieldOfValue(name: string): boolean {
  return fieldsOfValue.has(name);
}

/** One line, as far as it goes. */
export function cellText(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (isValue(value)) return valueText(value);
  if (Array.isArray(value) && value.every((item) => typeof item !== "object" || item === null)) return value.map(cellText).join(", ");
  return jsonText(value);
}

/** The lines of a value that stands alone. */
export function cellLines(value: unknown): Cell[][] {
  if (isValue(value)) return valueLinesOf(value);
  if (isRecord(value)) return Object.entries(value).map(([name, inner]) => [{ text: `${name}  `, tone: "dim" }, cellText(inner)]);
  if (Array.isArray(value)) return value.map((item) => [cellText(item)]);
  return cellText(value)
    .split("\n")
    .map((line) => [line]);
}

/** A value whose inner parts have not the form of values is shown as JSON. */
function valueText(value: Value): string {
  try {
    return shortText(value) ?? valueLines("", value, 0)[0]?.map(textOf).join("").trim() ?? "";
  } catch {
    return jsonText(value);
  }
}

function valueLinesOf(value: Value): Cell[][] {
  try {
    return valueLines("", value, 0);
  } catch {
    return [[jsonText(value)]];
  }
}

function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > jsonCharactersMax ? `${text.slice(0, jsonCharactersMax)}…` : text;
}

function textOf(cell: Cell): string {
  return typeof cell === "string" ? cell : cell.text;
}
