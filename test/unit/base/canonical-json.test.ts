import { expect, test } from "vitest";
import { canonicalJson } from "../../../src/base/canonical-json.ts";

test("keys are sorted by UTF-16 units at every depth, without blanks (the example of RFC 8785, 3.2.3)", () => {
  const value = {
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew",
    "1": "One",
    "\ud83d\ude00": "Emoji",
    "\u0080": "Control",
    "\u00f6": "o",
  };
  expect(Object.keys(JSON.parse(canonicalJson(value)) as object).sort()).toHaveLength(7);
  expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
  const order = [...canonicalJson(value).matchAll(/"([^"]*)":"/g)].map((match) => match[1]);
  expect(order).toEqual(["\\r", "1", "\u0080", "\u00f6", "\u20ac", "\ud83d\ude00", "\ufb33"]);
});

test("numbers are written as RFC 8785 appendix B lists them", () => {
  expect(canonicalJson([0, -0, 333333333.33333329, 1e30, 4.5, 2e-3, 1e-27, NaN, Infinity])).toBe(
    "[0,0,333333333.3333333,1e+30,4.5,0.002,1e-27,null,null]",
  );
});

test("what JSON can't hold is left out or null, and nothing throws", () => {
  expect(canonicalJson({ a: undefined, b: [undefined, () => 1], c: 10n })).toBe('{"b":[null,null],"c":"10"}');
  expect(canonicalJson(undefined)).toBe("null");
  expect(canonicalJson("\ud800")).toBe('"\\ud800"');
  const circle: unknown[] = [];
  circle.push(circle);
  expect(canonicalJson(circle)).toContain("[nested too deep]");
});

test("a __proto__ key is a key like any other", () => {
  const text = '{"__proto__":{"a":1},"b":2}';
  expect(canonicalJson(JSON.parse(text))).toBe(text);
});
