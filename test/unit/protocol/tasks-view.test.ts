// The tree of tasks as it is drawn: its depth and its circles are the target's to choose.

import { expect, test } from "vitest";
import { drawStacks } from "../../../src/cli/draw/stacks.ts";
import { tasksView } from "../../../src/protocol/tasks-view.ts";
import type { TaskResult } from "../../../src/protocol/task-schema.ts";

function task(id: number, awaits: readonly number[]): TaskResult {
  const frames = [{ function: "waits", file: "/srv/shop.py", line: 3 }];
  return {
    id: String(id),
    name: `t${id}`,
    running: false,
    tid: 1,
    interpreter: 0,
    waitsFor: "",
    awaits: awaits.map(String),
    verdict: "kept",
    frames,
  };
}

function drawn(tasks: readonly TaskResult[]): string {
  const target = {
    pid: 1,
    service: "shop",
    worker: 0,
    role: "Python script",
    python: "3.14.0",
    paused: false,
    asyncio: true,
    loops: 1,
    tasks: [...tasks],
    torn: false,
  };
  const views = tasksView({ targets: [target], verdicts: { kept: tasks.length, retried: 0, rejected: 0 } }, { all: false });
  const lines = views.flatMap((view) => (view.shape === "stacks" ? drawStacks(view, 100) : []));
  return lines.map((line) => line.map(({ text }) => text).join("")).join("\n");
}

const chain = (length: number): TaskResult[] => Array.from({ length }, (_, index) => task(index, index + 1 < length ? [index + 1] : []));

test.each([3, 30, 10_000])("a chain of %d tasks that wait for each other is drawn", (length) => {
  const text = drawn(chain(length));
  expect(text).toContain("t0");
  expect(text).toContain(`t${Math.min(length, 500) - 1}`);
});

test("a circle is told once, and ends", () => {
  expect(drawn([task(1, [2]), task(2, [1])])).toMatch(/in a circle/);
  expect(drawn([task(1, [1])])).toMatch(/in a circle/);
  expect(drawn(Array.from({ length: 3_000 }, (_, index) => task(index, [(index + 1) % 3_000])))).toContain("t2999");
});
