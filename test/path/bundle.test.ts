// The program as it is shipped: one file that needs nothing but Node.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import packageFacts from "../../package.json" with { type: "json" };
import { projectRoot } from "../../scripts/project.ts";

const program = join(projectRoot, "dist", "ispyd.mjs");
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "ispyd-alone-"));
});

afterEach(() => rmSync(directory, { recursive: true }));

test("copied alone into an empty directory it answers, under its own name as a program", () => {
  const copy = join(directory, "ispyd");
  copyFileSync(program, copy);
  const ask = (...args: string[]): string => execFileSync(copy, args, { cwd: directory, encoding: "utf8" });
  expect(ask("--version")).toBe(`ispyd ${packageFacts.version}\n`);
  expect(ask("help", "threads")).toContain("usage: ispyd threads TARGET");
  expect(readdirSync(directory)).toEqual(["ispyd"]);
});

test("it may be executed, and every command has its manual page", () => {
  expect(statSync(program).mode & 0o111).toBe(0o111);
  const pages = readdirSync(join(projectRoot, "man"));
  expect(pages).toContain("ispyd.1");
  expect(pages).toContain("ispyd-audit-verify.1");
});
