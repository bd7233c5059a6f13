// Chunks of the bundler as one file: parts are compiled when they are required, once, and know each other.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { oneFile, type Chunk } from "../../../scripts/build/parts.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "ispyd-parts-"));
});

afterEach(() => rmSync(directory, { recursive: true }));

function run(chunks: Record<string, string>, environment: Record<string, string> = {}): string {
  const text = oneFile(Object.entries(chunks).map(([name, code]): Chunk => ({ fileName: `${name}.cjs`, code, isEntry: name === "main" })));
  const place = join(directory, "program.mjs");
  writeFileSync(place, text);
  return execFileSync(process.execPath, [place], { encoding: "utf8", env: { ...process.env, ...environment } });
}

test("the entry runs, a part runs when it is required, and only once", () => {
  const chunks = {
    late: `console.log("late"); exports.word = "\u00e4\u2026\`\${x}";`,
    main: `console.log("main"); exports.own = "entry"; if (process.env.LATE) { require("./late.cjs"); console.log(require("./late.cjs").word); }`,
  };
  expect(run(chunks)).toBe("main\n");
  expect(run(chunks, { LATE: "1" })).toBe("main\nlate\n\u00e4\u2026`${x}\n");
});

test("a part that is never required need not even be code", () => {
  expect(run({ broken: "this is no code", main: `console.log("main");` })).toBe("main\n");
});

test("parts require each other, the entry and Node's modules; a circle gets what there is so far", () => {
  const one = `exports.name = "one"; exports.other = require("./two.cjs").name + " " + require("./main.cjs").own + " " + require("node:path").basename(__filename);`;
  const two = `exports.name = "two of " + require("./one.cjs").name;`;
  expect(run({ one, two, main: `exports.own = "entry"; console.log(require("./one.cjs").other);` })).toBe("two of one entry program.mjs\n");
});

test("a trace names the part", () => {
  const late = `exports.fail = function fail() { throw new Error("late"); };`;
  const main = `try { require("./late.cjs").fail(); } catch (error) { console.log(error.stack); }`;
  expect(run({ late, main })).toMatch(/at (?:\w+\.)?fail .*program\.mjs:late\.cjs:1:/);
});

test("the file is ASCII; what could not be escaped is refused, and so are chunks without an entry", () => {
  expect(oneFile([{ fileName: "main.cjs", code: "const text = '\u2026\u{1f600}';", isEntry: true }])).toContain(
    String.raw`'\u2026\ud83d\ude00'`,
  );
  expect(() => oneFile([{ fileName: "main.cjs", code: "String.raw`\u2026`", isEntry: true }])).toThrow("String.raw");
  expect(() => oneFile([])).toThrow("no entry");
});
