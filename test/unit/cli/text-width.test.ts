// Widths of text held against string-width, which knows the same tables by other means.

import stringWidth from "string-width";
import { expect, test } from "vitest";
import { cleanText } from "../../../src/base/clean-text.ts";
import { piece } from "../../../src/cli/draw/piece.ts";
import { shorten } from "../../../src/cli/draw/shorten.ts";
import { clustersOf, textWidth } from "../../../src/cli/draw/text-width.ts";

/** Parts of a Hangul syllable that stand alone are never drawn alone: here none, in string-width one cell. */
const loneHangulPart = /[\u1160-\u11ff\ud7b0-\ud7c6\ud7cb-\ud7fb]/;

test("every assigned code point that may be drawn is as wide as string-width says", () => {
  const differing: string[] = [];
  let compared = 0;
  for (let code = 0x20; code < 0x110000; code += 1) {
    const character = String.fromCodePoint(code);
    if (/\p{Cn}|\p{Co}/u.test(character) || cleanText(character) !== character || loneHangulPart.test(character)) continue;
    compared += 1;
    if (textWidth(character) !== stringWidth(character)) differing.push(code.toString(16));
  }
  expect(differing).toEqual([]);
  expect(compared).toBeGreaterThan(100_000);
}, 30_000);

test.each([
  "❤️",
  "1️⃣",
  "👍🏽",
  "🇩🇪",
  "🇩🇪x",
  "e\u0301",
  "한국어",
  "각",
  "க்",
  "นี้",
  "日本語",
  "ｶﾞ",
  "é\u0301\u0301x",
  "\u0301a",
  "naïve café",
  "a\ufe0f",
])("%s is as wide as string-width says", (text) => {
  expect(textWidth(text)).toBe(stringWidth(text));
});

test("no character is lost between two clusters", () => {
  const parts = ["a", "\u0301", "🇩", "🇪", "👍", "🏽", "日", "\u1112", "\u1161", "\ufe0f", " ", "\u20e3", "ｶ", "ﾞ"];
  for (let seed = 0; seed < 5_000; seed += 1) {
    const text = Array.from(
      { length: 6 },
      (_, index) => parts[Math.floor(seed / (index + 1) + index * 7 + seed * 13) % parts.length] ?? "",
    ).join("");
    expect(clustersOf(text).join("")).toBe(text);
  }
});

test.each(["end", "middle", "start"] as const)("what is cut at the %s never exceeds its width nor splits a character", (cut) => {
  for (const text of ["plain text of some length", "日本語のとても長い名前です", "👍🏽👍🏽👍🏽👍🏽👍🏽", "e\u0301".repeat(30), "🇩🇪🇫🇷🇮🇹🇪🇸🇵🇱"]) {
    for (let width = 0; width < 30; width += 1) {
      const short = shorten(piece(text), width, cut).text;
      expect(textWidth(short)).toBeLessThanOrEqual(width);
      for (const cluster of clustersOf(short)) expect([...clustersOf(text), "…"]).toContain(cluster);
    }
  }
});
