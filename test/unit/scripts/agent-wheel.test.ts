// The agent's wheel: the same bytes each time, files that other programs read as they are, and a RECORD that fits them.

import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { agentWheel } from "../../../scripts/build/agent-wheel.ts";
import { projectRoot } from "../../../scripts/project.ts";

test("two builds give the same bytes", () => {
  expect(agentWheel(projectRoot).equals(agentWheel(projectRoot))).toBe(true);
});

test("Python's own zipfile finds nothing wrong, and RECORD names every file with its hash", () => {
  const directory = mkdtempSync(join(tmpdir(), "ispyd-wheel-"));
  try {
    const path = join(directory, "x.whl");
    writeFileSync(path, agentWheel(projectRoot));
    const code =
      "import json,sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2]); print(json.dumps(z.namelist()))";
    const names = JSON.parse(execFileSync("python3", ["-c", code, path, directory], { encoding: "utf8" })) as string[];
    expect(names).toContain("ispyd/redaction/rules.json");
    expect(names.filter((name) => name.includes("__pycache__") || name.endsWith(".pyc"))).toEqual([]);
    const record = readFileSync(join(directory, names.find((name) => name.endsWith("/RECORD")) ?? ""), "utf8")
      .trim()
      .split("\n");
    expect(record.map((line) => line.split(",")[0]).toSorted()).toEqual(names.toSorted());
    for (const [name = "", hash = ""] of record.map((line) => line.split(",")).filter(([, one]) => one !== "")) {
      const found = createHash("sha256")
        .update(readFileSync(join(directory, name)))
        .digest("base64url");
      expect(`sha256=${found}`, name).toBe(hash);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
