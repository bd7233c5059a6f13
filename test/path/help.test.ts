// `ispyd help` through the real command: every command explains itself, as text and as a manual page.

import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { ispyd } from "../rig/ispyd.ts";

const commands = readdirSync("src/protocol/commands").map((file) => file.replace(/\.ts$/, ""));
const shown = commands.filter((name) => name !== "complete").map((name) => name.replace("-", " "));

test("the overview names every command that people use", async () => {
  const { stdout, exitCode } = await ispyd(["help"]);
  expect(exitCode).toBe(0);
  for (const name of shown) expect(stdout).toContain(name);
});

test("each command has a text with usage, options and level", async () => {
  for (const name of shown) {
    const { stdout, exitCode } = await ispyd(["help", ...name.split(" ")]);
    expect(exitCode, name).toBe(0);
    expect(stdout).toContain(`usage: ispyd ${name}`);
    expect(stdout).toContain("Level");
  }
});

test("a manual page is roff with the sections that man expects", async () => {
  const { stdout } = await ispyd(["help", "threads", "--format", "man"]);
  expect(stdout).toMatch(/^\.TH /m);
  for (const section of ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS"]) expect(stdout).toMatch(new RegExp(`^\\.SH "?${section}`, "m"));
});

test("a mistyped command is answered with the one that was meant", async () => {
  const { stderr, exitCode } = await ispyd(["thread"]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("ispyd threads");
});
