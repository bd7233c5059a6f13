// What no file may speak of is found; what only looks like it is not. The words are put together here, so that this file passes the check.

import { expect, test } from "vitest";
import { wordProblems } from "../../../scripts/check/words.ts";

const problemsOf = (text: string) => wordProblems({ path: "docs/a.md", text });
const meeting = ["ses", "sion"].join("");
const host = (name: string, end: string) => [name, end].join(".");

test.each([
  ["a path of the machine", `see ${"/"}work/main/README.md`],
  ["a path of the machine, quoted", `"${"/"}work/shared"`],
  ["how it was written", `a later ${meeting} adds the agent`],
  ["how it was written, in capitals", `This ${meeting.toUpperCase()} built it`],
  ["a document that is not here", `as ${"DESIGN"} section 5 says`],
  ["the host of a package registry", `fetched from ${host("registry", "npmjs")}.org/zod`],
  ["the host of a package registry", `index-url = https://${host("pypi", "org")}/simple`],
])("%s is found: %s", (_what, line) => {
  expect(problemsOf(`first\n${line}\n`)).toEqual([expect.stringContaining("docs/a.md:2: mentions ")]);
});

test.each([
  `the ${meeting} of a process (setsid)`,
  `a database ${meeting}`,
  `readonly ${meeting}: number;`,
  "src/network/a.ts",
  "cd ~/work/shop",
  "pypi",
  "an npm package",
])("%s is nobody's business", (line) => {
  expect(problemsOf(line)).toEqual([]);
});

test("a binary file is left out", () => {
  expect(problemsOf(`\0 ${"/"}work/main`)).toEqual([]);
});
