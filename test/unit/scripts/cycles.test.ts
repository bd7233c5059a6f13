// Imports in a circle are found wherever they begin.

import { expect, test } from "vitest";
import { cycleProblems } from "../../../scripts/check/cycles.ts";
import { madeUpTree } from "./made-up-tree.ts";

test("files that import each other are told as a path that leads back", () => {
  const files = madeUpTree({
    "src/a.ts": 'import "./b.ts";',
    "src/b.ts": 'import type { C } from "./c/c.ts";',
    "src/c/c.ts": 'import "../b.ts";',
  });
  expect(cycleProblems(files)).toEqual(["import in a circle: src/b.ts -> src/c/c.ts -> src/b.ts"]);
});

test("a file that imports itself is a circle", () => {
  expect(cycleProblems(madeUpTree({ "src/a.ts": 'import "./a.ts";' }))).toEqual(["import in a circle: src/a.ts -> src/a.ts"]);
});

test("two ways to the same file are no circle", () => {
  const files = madeUpTree({
    "src/a.ts": 'import "./b.ts"; import "./c.ts";',
    "src/b.ts": 'import "./c.ts";',
    "src/c.ts": 'import "node:fs";',
  });
  expect(cycleProblems(files)).toEqual([]);
});
