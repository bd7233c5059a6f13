// One line of a session: words with the quotes of a shell, and the part that the caller's own shell runs.

import { describe, expect, test } from "vitest";
import { splitBegunLine, splitLine } from "../../../src/cli/shell/split-line.ts";

describe("a whole line", () => {
  test.each([
    ["", []],
    ["   ", []],
    ["threads --source", ["threads", "--source"]],
    ["  threads\t --source  ", ["threads", "--source"]],
    [`locals --reason "stuck since 14:02"`, ["locals", "--reason", "stuck since 14:02"]],
    [`locals --reason='it''s stuck'`, ["locals", "--reason=its stuck"]],
    [`a"b c"'d e'f`, ["ab cd ef"]],
    [`"" ''`, ["", ""]],
    [String.raw`"a \" \\ \n"`, [String.raw`a " \ \n`]],
    [String.raw`'a \' b\ c \|`, [String.raw`a \ `.trimEnd(), "b c", "|"]],
    ["!process", ["!process"]],
    ["! process", ["!", "process"]],
    ["schlüssel ✓", ["schlüssel", "✓"]],
  ])("%j has the words %j", (line, words) => {
    expect(splitLine(line)).toEqual({ words, tail: "" });
  });

  test.each([
    ["threads | less", ["threads"], "| less"],
    ["threads|grep 'a > b' | wc -l", ["threads"], "|grep 'a > b' | wc -l"],
    ["threads > out file", ["threads"], "> out file"],
    ["threads >> out", ["threads"], ">> out"],
    ["threads --reason 'a | b > c' > out", ["threads", "--reason", "a | b > c"], "> out"],
    [`x "a|b"\\|c`, ["x", "a|b|c"], ""],
    ["| less", [], "| less"],
  ])("%j ends in what the caller's shell runs", (line, words, tail) => {
    expect(splitLine(line)).toEqual({ words, tail });
  });

  test.each(["threads 'shop", 'locals --reason "a', String.raw`"a\"`])("%j holds a quote that is never closed", (line) => {
    expect(() => splitLine(line)).toThrow(/is never closed/);
  });
});

describe("a line that is still typed", () => {
  test.each([
    ["", [], "", ""],
    ["thr", [], "thr", "thr"],
    ["threads ", ["threads"], "", ""],
    ["threads --so", ["threads"], "--so", "--so"],
    ["!pro", [], "!pro", "!pro"],
    ["connect 'my s", ["connect"], "my s", "'my s"],
  ])("%j has %j before the cursor's word %j", (line, words, begun, typed) => {
    expect(splitBegunLine(line)).toMatchObject({ words, begun, typed, tail: "" });
  });

  test("behind an operator there is no word of ours", () => {
    expect(splitBegunLine("threads > ou")).toMatchObject({ words: ["threads"], begun: "", tail: "> ou" });
  });
});
