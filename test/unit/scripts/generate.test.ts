// What is generated from the records: order, types, the reference page; and that a stale file is found.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { manPages } from "../../../scripts/build/man-pages.ts";
import { jsonCatalogue } from "../../../scripts/build/json-catalogue.ts";
import { loadRecords } from "../../../scripts/generate/command-records.ts";
import { generatedFiles, isCurrent, writeFile } from "../../../scripts/generate/generated-files.ts";
import { jsonShape } from "../../../scripts/generate/json-shape.ts";
import { projectRoot } from "../../../scripts/project.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ispyd-generate-"));
  symlinkSync(join(projectRoot, "node_modules"), join(root, "node_modules"));
});

afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function putRecord(fileName: string, facts: { name: string; level: string; hidden?: boolean }): void {
  const rest = `summary: "Says ${facts.name}", description: "", target: "none", params: z.object({}), result: z.object({}), shape: "text", recorded: false, examples: [], view: () => []`;
  const hidden = facts.hidden === true ? "hidden: true, " : "";
  put(
    `src/protocol/commands/${fileName}.ts`,
    `import { z } from "zod";\nexport default { name: "${facts.name}", level: "${facts.level}", ${hidden}${rest} };\n`,
  );
}

test("records come by level, those without a target last, then by name", async () => {
  putRecord("audit-list", { name: "audit list", level: "local" });
  putRecord("threads", { name: "threads", level: "look" });
  putRecord("set", { name: "set", level: "change" });
  putRecord("ps", { name: "ps", level: "look" });
  expect((await loadRecords(root)).map(({ record }) => record.name)).toEqual(["ps", "threads", "set", "audit list"]);
});

test("a record whose file has another name is refused, and so is a file without a record", async () => {
  putRecord("list", { name: "audit list", level: "local" });
  await expect(loadRecords(root)).rejects.toThrow('list.ts holds the record of "audit list"');
  put("src/protocol/commands/list.ts", "export default 1;");
  await expect(loadRecords(root)).rejects.toThrow("list.ts has no record as its default export");
});

test("a new command makes the generated files stale; writing them makes them current", async () => {
  putRecord("ps", { name: "ps", level: "look" });
  put("src/commands/ps.ts", "export const run = 1;");
  for (const file of await generatedFiles(root)) writeFile(root, file);
  expect((await generatedFiles(root)).filter((file) => !isCurrent(root, file))).toEqual([]);
  putRecord("top", { name: "top", level: "look" });
  put("src/commands/top.ts", "export const run = 1;");
  const stale = (await generatedFiles(root)).filter((file) => !isCurrent(root, file));
  expect(stale.map(({ path }) => path)).toEqual(["src/protocol/catalogue.ts", "src/commands/handlers.ts", "docs/commands.md"]);
  expect(stale[1]?.text).toContain('"top": Handler<typeof topRecord>;');
});

test("a hidden command is in the catalogue but in neither the reference nor the manual", async () => {
  putRecord("complete", { name: "complete", level: "local", hidden: true });
  putRecord("ps", { name: "ps", level: "look" });
  const [catalogue, , reference] = await generatedFiles(root);
  expect(catalogue?.text).toContain("complete,");
  expect(reference?.text).toContain("## ps");
  expect(reference?.text).not.toContain("## complete");
  const records = (await loadRecords(root)).map(({ record }) => record);
  expect(manPages(records).map(({ name }) => name)).toEqual(["ispyd.1", "ispyd-ps.1"]);
});

test("the JSON catalogue of the real records holds their schemas and no code", async () => {
  const records = (await loadRecords(projectRoot)).map(({ record }) => record);
  const { commands } = jsonCatalogue(records);
  expect(commands).toHaveLength(records.length);
  expect(JSON.parse(JSON.stringify(commands))).toEqual(commands);
});

test("a shape is drawn with types in the places of values", () => {
  const schema = z.object({
    pid: z.int().describe("as the machine counts"),
    state: z.enum(["kept", "torn"]).optional(),
    frames: z.array(z.object({ line: z.int() })),
    kind: z.union([z.literal("a"), z.null()]),
    tags: z.record(z.string(), z.number()),
    empty: z.object({}),
  });
  expect(jsonShape(z.toJSONSchema(schema))).toEqual([
    "{",
    "  pid: integer  // as the machine counts",
    '  state?: "kept" | "torn"',
    "  frames: [{",
    "    line: integer",
    "  }]",
    '  kind: "a" | null',
    "  tags: { NAME: number }",
    "  empty: {}",
    "}",
  ]);
});
