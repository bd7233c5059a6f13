// The table of layers, held against trees that break it.

import { expect, test } from "vitest";
import { layerProblems, mayImport } from "../../../scripts/layers.ts";
import { madeUpTree } from "./made-up-tree.ts";

test("a tree that keeps to the table has no problems", () => {
  const files = madeUpTree({
    "src/base/a.ts": 'import { b } from "./b.ts"; import { readFileSync } from "node:fs";',
    "src/base/b.ts": "export const b = 1;",
    "src/waist/a.ts": 'import { run } from "../commands/ps.ts";',
    "src/commands/ps.ts": 'import { b } from "../base/b.ts"; export const run = b;',
    "src/main.ts": 'import "./waist/a.ts"; import "./cli/a.ts";',
    "src/cli/a.ts": "",
  });
  expect(layerProblems(files)).toEqual([]);
});

test("an import against the table is named with what is allowed", () => {
  const files = madeUpTree({ "src/gate/a.ts": 'import { b } from "../outside/b.ts";', "src/outside/b.ts": "export const b = 1;" });
  expect(layerProblems(files)).toEqual(["src/gate/a.ts: imports src/outside/b.ts, but gate may import only base, protocol"]);
});

test("a type counts as an import", () => {
  const files = madeUpTree({ "src/base/a.ts": 'import type { B } from "../stacks/b.ts";', "src/stacks/b.ts": "export type B = 1;" });
  expect(layerProblems(files)).toEqual(["src/base/a.ts: imports src/stacks/b.ts, but base may import nothing"]);
});

test("a module that the table does not know is refused, whatever it imports", () => {
  expect(layerProblems(madeUpTree({ "src/shared/a.ts": "" }))).toEqual([
    "src/shared/a.ts: src/shared is not in the table of scripts/layers.ts",
  ]);
  expect(layerProblems(madeUpTree({ "src/loose.ts": "", "src/constructor/a.ts": "" }))).toHaveLength(2);
});

test("src imports nothing from outside src, and nothing imports the entry", () => {
  const files = madeUpTree({
    "src/base/a.ts": 'import "../../test/rig/b.ts";',
    "test/rig/b.ts": "",
    "src/cli/c.ts": 'import "../main.ts";',
    "src/main.ts": "",
  });
  expect(layerProblems(files)).toEqual([
    "src/base/a.ts: imports test/rig/b.ts from outside src",
    "src/cli/c.ts: imports the entry src/main.ts",
  ]);
});

test("an import of a file that is not there, or without its ending, is named", () => {
  expect(layerProblems(madeUpTree({ "src/base/a.ts": 'import "./b";', "src/base/b.ts": "" }))).toEqual([
    "src/base/a.ts: imports src/base/b, which is no TypeScript file of the project",
  ]);
});

test("data in JSON lies in a layer too", () => {
  const files = madeUpTree({
    "src/redaction/a.ts": 'import rules from "./rules.json" with { type: "json" };',
    "src/base/b.ts": 'import "../redaction/rules.json";',
  });
  expect(layerProblems(files)).toEqual(["src/base/b.ts: imports src/redaction/rules.json, but base may import nothing"]);
});

test("the table has no circle: each module can be placed above all that it imports", () => {
  const placed = new Set<string>();
  const names = Object.keys(mayImport);
  for (let round = 0; round < names.length; round++) {
    for (const name of names) if (mayImport[name]?.every((other) => placed.has(other)) === true) placed.add(name);
  }
  expect([...placed].toSorted()).toEqual(names.toSorted());
});
