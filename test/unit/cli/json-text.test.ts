// JSON that is safe to print and says the same.

import { expect, test } from "vitest";
import { cleanText } from "../../../src/base/clean-text.ts";
import { jsonText } from "../../../src/cli/json-text.ts";

test("what cleanText replaces is escaped, and read back unchanged", () => {
  for (let code = 0; code < 0x110000; code += code < 0x3000 ? 1 : 97) {
    const value = { [`k${String.fromCodePoint(code)}`]: `v${String.fromCodePoint(code)}` };
    const text = jsonText(value, false);
    expect(cleanText(text)).toBe(text);
    expect(JSON.parse(text)).toEqual(value);
  }
});

test("lone surrogates and tag characters are escaped", () => {
  expect(jsonText("\ud800 \u{e0041}", false)).toBe(String.raw`"\ud800 \udb40\udc41"`);
});

test("text of people stays readable", () => {
  expect(jsonText({ name: "商店 é 🐍" }, false)).toBe('{"name":"商店 é 🐍"}');
});

test("indented, only the line ends that indent are left", () => {
  expect(jsonText({ a: "x\ny\u0085" }, true)).toBe('{\n  "a": "x\\ny\\u0085"\n}');
});
