// How much of a stack is drawn: the application's frames and those above them; below, a count.

import { expect, test } from "vitest";
import { frameLines } from "../../../src/protocol/frame-view.ts";

const frame = (file: string, line: number): { function: string; file: string; line: number } => ({ function: `f${line}`, file, line });
const library = (count: number): { function: string; file: string; line: number }[] =>
  Array.from({ length: count }, (_, index) => frame("/env/lib/python3.12/site-packages/gunicorn/app.py", index + 1));

const names = (frames: Parameters<typeof frameLines>[0]): string[] => frameLines(frames, false).map((line) => line.function);

test("what lies below the application's outermost frame is counted", () => {
  expect(names([...library(1), frame("/srv/shop.py", 9), ...library(3)])).toEqual(["f1", "f9", "… 3 more"]);
});

test("a single frame is drawn, not counted", () => {
  expect(names([frame("/srv/shop.py", 9), ...library(1)])).toEqual(["f9", "f1"]);
  expect(names(library(6))).toHaveLength(6);
  expect(names(library(7))).toEqual(["f1", "f2", "f3", "f4", "f5", "… 2 more"]);
});
