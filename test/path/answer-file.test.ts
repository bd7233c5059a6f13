// `--output FILE` from the shell's side: what it must never put itself in the place of, and which form it takes.

import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ispyd } from "../rig/ispyd.ts";

let directory = "";
const inside = (name: string): string => join(directory, name);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "ispyd-output-"));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("a pipe, a device behind a link, and a folder stay what they are", async () => {
  execFileSync("mkfifo", [inside("pipe")]);
  symlinkSync("/dev/null", inside("null"));
  mkdirSync(inside("folder.html"));
  for (const [name, what] of [
    ["pipe", "a pipe"],
    ["null", "a device"],
    ["folder.html", "a folder"],
  ] as const) {
    const before = lstatSync(inside(name)).ino;
    const { exitCode, stderr } = await ispyd(["help", "-o", inside(name)]);
    expect({ name, exitCode }).toEqual({ name, exitCode: 1 });
    expect(stderr).toContain(`${inside(name)} is ${what}, not a file`);
    expect(lstatSync(inside(name)).ino).toBe(before);
  }
  expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
});

test("a dash is refused, and no file of that name is made", async () => {
  const { exitCode, stderr } = await ispyd(["help", "-o", "-"]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("standard output");
  expect(existsSync("-")).toBe(false);
});

test("a link to a file stays, and the file gets the answer", async () => {
  writeFileSync(inside("file.txt"), "before");
  symlinkSync("file.txt", inside("link.txt"));
  expect((await ispyd(["help", "-o", inside("link.txt")])).exitCode).toBe(0);
  expect(lstatSync(inside("link.txt")).isSymbolicLink()).toBe(true);
  expect(readFileSync(inside("file.txt"), "utf8")).toContain("usage: ispyd");
});

test("a place that can't be written fails before anything is asked", async () => {
  const auditDirectory = inside("audit");
  const run = await ispyd(["ps", "-o", inside("no/such/place.html")], { auditDirectory });
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain("ENOENT");
  expect(existsSync(auditDirectory)).toBe(false);
});

test("--json makes JSON of a file whose name asks for nothing", async () => {
  await ispyd(["help", "--json", "-o", inside("answer")]);
  expect(JSON.parse(readFileSync(inside("answer"), "utf8"))).toMatchObject({ command: "help" });
});
