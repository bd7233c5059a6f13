// The command records as values: bundled from src/protocol/commands and loaded, so that what is generated from them can't lag behind.

import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { fileNameOf, type CommandRecord } from "../../src/protocol/command.ts";
import { levels } from "../../src/protocol/level.ts";
import { moduleNames } from "../project.ts";

export const commandsDirectory = "src/protocol/commands";

export interface LoadedRecord {
  /** Without ending; the same in every layer. */
  readonly fileName: string;
  readonly record: CommandRecord;
}

/** Every record, in the order of help: by level, those without a target last, then by name. Throws where a file's name is not its command's. */
export async function loadRecords(root: string): Promise<LoadedRecord[]> {
  const fileNames = moduleNames(root, commandsDirectory);
  const records = await evaluate(root, fileNames);
  const loaded = fileNames.map((fileName) => ({ fileName, record: recordIn(records, fileName) }));
  return loaded.toSorted((a, b) => levelRank(a.record) - levelRank(b.record) || (a.record.name < b.record.name ? -1 : 1));
}

function levelRank({ level }: CommandRecord): number {
  return level === "local" ? levels.length : levels.indexOf(level);
}

function recordIn(records: ReadonlyMap<string, unknown>, fileName: string): CommandRecord {
  const record = records.get(fileName);
  if (!isRecord(record)) throw new Error(`${commandsDirectory}/${fileName}.ts has no record as its default export`);
  if (fileNameOf(record.name) !== fileName) throw new Error(`${commandsDirectory}/${fileName}.ts holds the record of "${record.name}"`);
  return record;
}

function isRecord(value: unknown): value is CommandRecord {
  return typeof value === "object" && value !== null && "name" in value && "params" in value && "view" in value;
}

const entry = "virtual:records";

async function evaluate(root: string, fileNames: readonly string[]): Promise<Map<string, unknown>> {
  const imports = fileNames.map(
    (name, index) => `import record${index} from ${JSON.stringify(join(root, commandsDirectory, `${name}.ts`))};`,
  );
  const pairs = fileNames.map((name, index) => `[${JSON.stringify(name)}, record${index}]`);
  const text = `${imports.join("\n")}\nexport const records = new Map([${pairs.join(", ")}]);\n`;
  const bundle = await rolldown({
    input: entry,
    cwd: root,
    platform: "node",
    external: (id) => id !== entry && /^[^./]/.test(id),
    plugins: [{ name: "records", resolveId: (id) => (id === entry ? id : null), load: (id) => (id === entry ? text : null) }],
  });
  const { output } = await bundle.generate({ format: "esm", codeSplitting: false });
  await bundle.close();
  return await importOnce(root, output[0].code);
}

/** Written inside the project, where packages resolve, under a name of its own (Node keeps modules by name), and removed at once. */
async function importOnce(root: string, code: string): Promise<Map<string, unknown>> {
  const place = join(root, "build", `records.${randomUUID()}.mjs`);
  mkdirSync(join(root, "build"), { recursive: true });
  writeFileSync(place, code);
  try {
    const { records }: { records: Map<string, unknown> } = await import(pathToFileURL(place).href);
    return records;
  } finally {
    rmSync(place, { force: true });
  }
}
