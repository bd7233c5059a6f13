// Naive datetimes by layout, and what moment they stand for in the target's time zone. For the age of what a server notes in local time.
// Source: Include/datetime.h of 3.8 to 3.15: head, hash, `hastzinfo`, then ten bytes: year (2), month, day, hour, minute, second, microsecond (3).

import { findInDictionary, findModuleNamespace } from "./dictionary.ts";
import type { Heap } from "./heap.ts";
import { readInteger } from "./integers.ts";
import { readTypeOf } from "./type-facts.ts";

const minutesPerDay = 24 * 60;

/** What an exact, naive datetime says, as if it were UTC, in milliseconds since 1970; undefined for anything else. */
export function readNaiveDateTime(heap: Heap, address: number): number | undefined {
  if (readTypeOf(heap, address)?.name !== "datetime.datetime") return undefined;
  const bytes = heap.memory.read(address + heap.layout.object.size + 8, 11);
  if (bytes === undefined || bytes.readUInt8(0) !== 0) return undefined;
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = bytes.subarray(3, 8);
  if (!isDate(month, day) || hour > 23 || minute > 59 || second > 59) return undefined;
  return Date.UTC(bytes.readUInt16BE(1), month - 1, day, hour, minute, second) + bytes.readUIntBE(8, 3) / 1_000;
}

function isDate(month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/**
 * The offsets from UTC that local time can have in a process, in minutes east: one, or standard and summer time; undefined where they can't be read.
 * They are `timezone` and `altzone` of its time module, which time.tzset() keeps right.
 */
export function readZoneOffsets(heap: Heap, modules: number): readonly number[] | undefined {
  const namespace = findModuleNamespace(heap, modules, "time");
  if (namespace === undefined) return undefined;
  const seconds = (name: string): number => {
    const found = findInDictionary(heap, namespace, name);
    return Number((found === undefined ? undefined : readInteger(heap, found)) ?? Number.NaN);
  };
  const daylight = seconds("daylight");
  const offsets = [seconds("timezone"), ...(daylight === 0 ? [] : [seconds("altzone")])].map((west) => -west / 60);
  const sound = !Number.isNaN(daylight) && offsets.every((offset) => Math.abs(offset) <= minutesPerDay);
  return sound ? [...new Set(offsets)] : undefined;
}

export interface LocalMoment {
  /** As `readNaiveDateTime` answers. */
  readonly naiveMs: number;
  /** As `readZoneOffsets` answers. */
  readonly offsets: readonly number[];
  readonly nowMs: number;
  /** It can't be longer ago than this: the process is not older. */
  readonly longestMs: number;
}

// A clock that was set a little back.
const toleranceMs = 50;

/**
 * How long ago a naive local time was, in milliseconds. Where both standard and summer time would fit the life of the process,
 * which of them held can't be known from the outside: then undefined, never a guess.
 */
export function localAgeMs({ naiveMs, offsets, nowMs, longestMs }: LocalMoment): number | undefined {
  const ages = offsets
    .map((offset) => nowMs - (naiveMs - offset * 60_000))
    .filter((age) => age >= -toleranceMs && age <= longestMs + 1_000);
  const [age] = ages;
  return ages.length === 1 && age !== undefined ? Math.max(0, age) : undefined;
}
