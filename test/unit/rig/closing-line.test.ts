// The closing line, at the end of a real run of vitest over made-up tests.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { projectRoot } from "../../../scripts/project.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ispyd-closing-"));
  symlinkSync(join(projectRoot, "node_modules"), join(root, "node_modules"));
});

afterEach(() => rmSync(root, { recursive: true }));

function lastLines(tests: Readonly<Record<string, string>>): { code: number | null; lines: string[] } {
  for (const [name, text] of Object.entries(tests))
    writeFileSync(join(root, name), `import { beforeAll, describe, expect, test } from "vitest";\n${text}`);
  const reporter = join(projectRoot, "test", "rig", "closing-line.ts");
  const args = ["run", "--root", root, "--reporter", "default", "--reporter", reporter, "--maxWorkers", "1"];
  const { status, stdout } = spawnSync(join(root, "node_modules", ".bin", "vitest"), args, {
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { code: status, lines: stdout.trimEnd().split("\n") };
}

test("the last line counts, and the lines before it name what was skipped and why", () => {
  const { code, lines } = lastLines({
    "a.test.ts": `
      test("passes", () => expect(1).toBe(1));
      test("fails", () => expect(1).toBe(2));
      describe("group", () => test("needs a kernel", ({ skip }) => skip("no user namespaces here")));
      test.skip("left out", () => undefined);`,
  });
  expect(code).toBe(1);
  expect(lines.slice(-3)).toEqual([
    "skipped: a.test.ts > group > needs a kernel: no user namespaces here",
    "skipped: a.test.ts > left out: no reason given",
    "1 passed, 1 failed, 2 skipped",
  ]);
});

test("a file that can't be loaded and a hook that throws count as failures", () => {
  const { code, lines } = lastLines({
    "a.test.ts": 'throw new Error("at once");',
    "b.test.ts": 'describe("group", () => { beforeAll(() => { throw new Error("no server"); }); test("asks it", () => undefined); });',
    "c.test.ts": 'test("passes", () => expect(1).toBe(1));',
  });
  expect(code).toBe(1);
  expect(lines.at(-1)).toBe("1 passed, 2 failed, 1 skipped");
});
