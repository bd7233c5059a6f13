// What is said of descriptors, and what is not: many of them, or one burst, is no finding.

import { expect, test } from "vitest";
import { descriptorFindings } from "../../../src/commands/fds-findings.ts";

const file = { kind: "file", what: "/data/a", state: "", deleted: false, count: 3, growth: 0 };
const steady = { total: 900, softLimit: 65_536, looks: [900, 900, 900, 900], durationMs: 1_000, groups: [file] };

test("many descriptors far from the limit are no finding", () => {
  expect(descriptorFindings(steady)).toEqual([]);
});

test("four fifths of the limit are, with what is left", () => {
  expect(descriptorFindings({ ...steady, softLimit: 1_024 })).toEqual([
    expect.stringContaining("900 of 1024 descriptors are open, 124 are left"),
  ]);
});

test("growth is told only where every look found more", () => {
  const groups = [{ ...file, growth: 30 }];
  expect(descriptorFindings({ ...steady, looks: [870, 900, 900, 900], groups })).toEqual([]);
  expect(descriptorFindings({ ...steady, looks: [870, 880, 890, 900], groups })).toEqual([
    expect.stringContaining("grew at every look: 870, 880, 890, 900 in 1 s (+30 file /data/a)"),
  ]);
});

test("a few connections in CLOSE_WAIT are ordinary, a pile is told with its peer", () => {
  const pile = (count: number, state: string): unknown[] =>
    descriptorFindings({ ...steady, groups: [{ kind: "tcp", what: "10.0.0.5:5432", state, deleted: false, count, growth: 0 }] });
  expect(pile(4, "CLOSE_WAIT")).toEqual([]);
  expect(pile(37, "CLOSE_WAIT")).toEqual([expect.stringContaining("37 connections to 10.0.0.5:5432 in CLOSE_WAIT")]);
  expect(pile(37, "client, CLOSE_WAIT")).toEqual([expect.stringContaining("37 connections of clients")]);
  expect(pile(37, "connected")).toEqual([]);
});
