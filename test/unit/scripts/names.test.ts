// The rules for names and opening comments, each broken once.

import { expect, test } from "vitest";
import { nameProblems, openingProblems } from "../../../scripts/check/names.ts";
import { madeUpTree } from "./made-up-tree.ts";

const problemsOf = (path: string, text: string) => madeUpTree({ [path]: text }).flatMap(nameProblems);
const opening = (text: string) => openingProblems({ path: "src/base/a.ts", text });

test.each(["src/base/clean-text.ts", "src/outside/layouts/python-3.14.ts", "test/unit/a.test.ts"])("%s is a good name", (path) => {
  expect(problemsOf(path, "export const shortName = 1; export interface Implementation {}")).toEqual([]);
});

test.each(["src/base/cleanText.ts", "src/base/clean_text.ts", "src/base/Clean.ts"])("%s is not in kebab-case", (path) => {
  expect(problemsOf(path, "")).toEqual([`${path}: the name of the file is not in kebab-case`]);
});

test.each([
  ["src/base/string-utils.ts", "", "utils"],
  ["src/common/a.ts", "", "common"],
  ["src/base/a.ts", "export class ProbeManager {}", "manager"],
  ["src/base/a.ts", "export type GateImpl = 1;", "impl"],
  ["src/base/a.ts", "const x = 1; export { x as helperOf };", "helper"],
])("%s with %j holds a word that says nothing", (path, text, word) => {
  expect(problemsOf(path, text)).toEqual([expect.stringContaining(`"${word}"`)]);
});

test("a file that hands on the names of others is a barrel", () => {
  expect(problemsOf("src/base/all.ts", 'export { a } from "./a.ts";')).toEqual([expect.stringContaining("no barrels")]);
  expect(problemsOf("src/base/all.ts", 'export * from "./a.ts";')).toEqual([expect.stringContaining("no barrels")]);
  expect(problemsOf("src/base/index.ts", "export const a = 1;")).toEqual([expect.stringContaining("no barrels")]);
});

test("one to four comment lines open a file, after a shebang if there is one", () => {
  expect(opening("// What it is for.\n\ncode();\n")).toEqual([]);
  expect(opening("#!/usr/bin/env node\n// What it is for.\n// And more.\ncode();\n")).toEqual([]);
  expect(opening("// Nothing else.")).toEqual([]);
});

test("a file without opening comment, or with a long one, is named", () => {
  expect(opening("code();\n// late\n")).toEqual(["src/base/a.ts: opens with 0 comment lines; one to 4 say what the file is for"]);
  expect(opening("// a\n".repeat(5))).toEqual(["src/base/a.ts: opens with 5 comment lines; one to 4 say what the file is for"]);
  expect(opening("")).toHaveLength(1);
});
