// The age of a naive local time: known where one offset fits the life of the process, never guessed where two do.

import { expect, test } from "vitest";
import { localAgeMs } from "../../../src/outside/date-times.ts";

const hourMs = 3_600_000;
const nowMs = Date.UTC(2026, 6, 1, 12, 0, 0);

test("in a zone with one offset the age is the difference", () => {
  expect(localAgeMs({ naiveMs: nowMs - 5_000, offsets: [0], nowMs, longestMs: hourMs })).toBe(5_000);
  expect(localAgeMs({ naiveMs: nowMs + 5.5 * hourMs - 5_000, offsets: [330], nowMs, longestMs: hourMs })).toBe(5_000);
});

test("summer time of a young process: only one offset fits", () => {
  expect(localAgeMs({ naiveMs: nowMs + 2 * hourMs - 5_000, offsets: [60, 120], nowMs, longestMs: hourMs / 2 })).toBe(5_000);
  expect(localAgeMs({ naiveMs: nowMs + hourMs - 5_000, offsets: [60, 120], nowMs, longestMs: hourMs / 2 })).toBe(5_000);
});

test("where both offsets fit, the age is not known", () => {
  expect(localAgeMs({ naiveMs: nowMs + hourMs - 5_000, offsets: [60, 120], nowMs, longestMs: 3 * hourMs })).toBeUndefined();
});

test("a time in the future, or before the process began, has no age", () => {
  expect(localAgeMs({ naiveMs: nowMs + 10_000, offsets: [0], nowMs, longestMs: hourMs })).toBeUndefined();
  expect(localAgeMs({ naiveMs: nowMs - 2 * hourMs, offsets: [0], nowMs, longestMs: hourMs })).toBeUndefined();
});
