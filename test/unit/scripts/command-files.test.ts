// A command that lacks one of its files is found.

import { expect, test } from "vitest";
import { commandFileProblems } from "../../../scripts/check/command-files.ts";
import { madeUpTree } from "./made-up-tree.ts";

const whole = {
  "src/protocol/commands/ps.ts": "export default 1;",
  "src/commands/ps.ts": "export const run = 1;",
  "src/commands/each-target.ts": "export const eachTarget = 1;",
  "test/path/ps.test.ts": "",
};

test("a record with its handler and its path test is whole; files beside the handlers need neither", () => {
  expect(commandFileProblems(madeUpTree(whole))).toEqual([]);
});

test("a record without a path test is named", () => {
  const { "test/path/ps.test.ts": _left, ...rest } = whole;
  expect(commandFileProblems(madeUpTree(rest))).toEqual(["ps: has no test of its whole path, test/path/ps.test.ts"]);
});

test("a record whose handler is missing, or exports no run, is named", () => {
  const missing = ["ps: has a record, but src/commands/ps.ts exports no run"];
  const { "src/commands/ps.ts": _left, ...rest } = whole;
  expect(commandFileProblems(madeUpTree(rest))).toEqual(missing);
  expect(commandFileProblems(madeUpTree({ ...whole, "src/commands/ps.ts": "export const start = 1;" }))).toEqual(missing);
});

test("a handler without a record is named", () => {
  expect(commandFileProblems(madeUpTree({ ...whole, "src/commands/top.ts": "export const run = 1;" }))).toEqual([
    "src/commands/top.ts: exports run, but there is no record src/protocol/commands/top.ts",
  ]);
});
