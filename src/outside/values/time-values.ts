// Dates, times and time spans of the datetime module by layout. Source: Include/datetime.h, the same from 3.8 to 3.15:
// behind the object's head a hash of 8 bytes, then for date, time and datetime one byte hastzinfo and the fields, big-endian.

import { i32 } from "../../base/bytes.ts";
import type { Value } from "../../stacks/value.ts";
import type { Heap } from "../heap.ts";
import { readWord } from "../memory.ts";
import { inside, type Subject, textValue, type Walk } from "./walk.ts";

/** ISO 8601 as isoformat() has it; with the zone as a field where its offset is not fixed. */
export function readDatetime(walk: Walk, subject: Subject): Value | undefined {
  const bytes = readFields(walk.heap, subject.address, 24);
  if (bytes === undefined) return undefined;
  return withZone(walk, subject, { kind: "datetime", text: `${dateText(bytes, 1)}T${timeText(bytes, 5)}`, zone: bytes[0] === 1 ? 24 : 0 });
}

export function readDate(walk: Walk, subject: Subject): Value | undefined {
  const bytes = readFields(walk.heap, subject.address, 8);
  return bytes === undefined ? undefined : textValue(walk, subject, { kind: "date", raw: dateText(bytes, 1), size: 1 });
}

export function readTime(walk: Walk, subject: Subject): Value | undefined {
  const bytes = readFields(walk.heap, subject.address, 24);
  return bytes === undefined
    ? undefined
    : withZone(walk, subject, { kind: "time", text: timeText(bytes, 1), zone: bytes[0] === 1 ? 16 : 0 });
}

/** As str() has it: "1 day, 2:03:04.000005". */
export function readTimedelta(walk: Walk, subject: Subject): Value | undefined {
  const span = readSpan(walk.heap, subject.address);
  if (span === undefined) return undefined;
  const { days, seconds, microseconds } = span;
  const clock = `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${fraction(microseconds)}`;
  const raw = days === 0 ? clock : `${days} ${Math.abs(days) === 1 ? "day" : "days"}, ${clock}`;
  return textValue(walk, subject, { kind: "timedelta", raw, size: 1 });
}

function readFields({ memory, layout }: Heap, address: number, sizeBytes: number): Buffer | undefined {
  return memory.read(address + layout.object.size + 8, sizeBytes);
}

interface Span {
  readonly days: number;
  readonly seconds: number;
  readonly microseconds: number;
}

function readSpan(heap: Heap, address: number): Span | undefined {
  const bytes = readFields(heap, address, 12);
  return bytes === undefined ? undefined : { days: i32(bytes, 0), seconds: i32(bytes, 4), microseconds: i32(bytes, 8) };
}

function dateText(bytes: Buffer, at: number): string {
  return `${String(bytes.readUInt16BE(at)).padStart(4, "0")}-${two(bytes.readUInt8(at + 2))}-${two(bytes.readUInt8(at + 3))}`;
}

function timeText(bytes: Buffer, at: number): string {
  return `${two(bytes.readUInt8(at))}:${two(bytes.readUInt8(at + 1))}:${two(bytes.readUInt8(at + 2))}${fraction(bytes.readUIntBE(at + 3, 3))}`;
}

function withZone(walk: Walk, subject: Subject, { kind, text, zone }: { kind: "datetime" | "time"; text: string; zone: number }): Value {
  if (zone === 0) return textValue(walk, subject, { kind, raw: text, size: 1 });
  const address = readWord(walk.heap.memory, subject.address + walk.heap.layout.object.size + zone) ?? 0;
  const offset = fixedOffset(walk, address);
  const value = textValue(walk, subject, { kind, raw: `${text}${offset ?? ""}`, size: 1 });
  if (offset !== undefined || value.hidden !== undefined) return value;
  return { ...value, fields: [{ name: "tzinfo", value: walk.read(address, inside(subject)) }] };
}

// datetime.timezone keeps its offset, a timedelta, as its first field.
function fixedOffset({ heap, types }: Walk, address: number): string | undefined {
  if (types.typeOf(address)?.native !== "datetime.timezone") return undefined;
  const span = readSpan(heap, readWord(heap.memory, address + heap.layout.object.size) ?? 0);
  if (span === undefined) return undefined;
  const total = span.days * 86_400 + span.seconds;
  const size = Math.abs(total);
  const seconds = size % 60 === 0 && span.microseconds === 0 ? "" : `:${two(size % 60)}${fraction(span.microseconds)}`;
  return `${total < 0 ? "-" : "+"}${two(Math.floor(size / 3_600))}:${two(Math.floor(size / 60) % 60)}${seconds}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function fraction(microseconds: number): string {
  return microseconds === 0 ? "" : `.${String(microseconds).padStart(6, "0")}`;
}
