// The program as it is shipped: one file that needs nothing but Node.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
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

test("what a start would pay for is not in it: letters beyond ASCII, imports of Node's modules as ES modules, a module that starts programs", () => {
  const text = readFileSync(program, "utf8");
  expect(/[^\0-\x7f]/.exec(text)?.[0]).toBe(undefined);
  expect(/\bimport\s*[\w{*][^;()]*from\s*["']node:/.exec(text)?.[0]).toBe(undefined);
  const show = `process.on("exit", () => console.log(process.moduleLoadList.includes("NativeModule child_process")))`;
  const loads = (line: string): string =>
    execFileSync(process.execPath, ["--import", `data:text/javascript,${encodeURIComponent(line)}`, program, "--version"], {
      encoding: "utf8",
    });
  expect(loads(show)).toBe(`ispyd ${packageFacts.version}\nfalse\n`);
  expect(loads(`import "node:child_process"; ${show}`)).toBe(`ispyd ${packageFacts.version}\ntrue\n`);
});
