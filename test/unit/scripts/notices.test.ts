// The licences that the bundle carries.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { licenceNotices } from "../../../scripts/build/notices.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ispyd-notices-"));
});

afterEach(() => rmSync(root, { recursive: true }));

function putPackage(name: string, licence?: string): string {
  const directory = join(root, "node_modules", name);
  mkdirSync(join(directory, "lib"), { recursive: true });
  if (licence !== undefined) writeFileSync(join(directory, "LICENSE.md"), licence);
  return join(directory, "lib", "a.js");
}

test("each package stands once, its licence whole and inside the comment", () => {
  const scoped = putPackage("@scope/b", "keep */ me");
  const notices = licenceNotices([join(root, "src", "main.ts"), putPackage("a", "MIT (c) A"), scoped, scoped.replace("a.js", "c.js")]);
  expect(notices.match(/@scope\/b/g)).toHaveLength(1);
  expect(notices).toContain("a\n\nMIT (c) A");
  expect(notices.indexOf("*/")).toBe(notices.length - 3);
});

test("a package without a licence file stops the build", () => {
  expect(() => licenceNotices([putPackage("a")])).toThrow("a in ");
});
