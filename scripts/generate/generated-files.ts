// Every committed file that follows from the command records or is the copy of another, with the text it should have: compared by the
// check, written by the build.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { moduleNames } from "../project.ts";
import { withAgentRecords } from "./agent-records.ts";
import { catalogueSource } from "./catalogue-source.ts";
import { commandReference } from "./command-reference.ts";
import { loadRecords } from "./command-records.ts";
import { handlersSource } from "./handlers-source.ts";

export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** In the order of their making; a record without a handler gets no line in handlers.ts, which the check of names reports. */
export async function generatedFiles(root: string): Promise<GeneratedFile[]> {
  const records = await loadRecords(root);
  const withHandler = new Set(moduleNames(root, "src/commands"));
  const handled = records.filter(({ fileName }) => withHandler.has(fileName));
  return [
    { path: "src/protocol/catalogue.ts", text: catalogueSource(records) },
    { path: "src/commands/handlers.ts", text: handlersSource(handled) },
    { path: "docs/commands.md", text: commandReference(withAgentRecords(records)) },
    ...copiedFiles(root),
  ];
}

/** What the agent reads beside its own code, being installed without the rest of the project. */
function copiedFiles(root: string): GeneratedFile[] {
  const rules = join(root, "src/redaction/rules.json");
  return existsSync(rules) ? [{ path: "agent/ispyd/redaction/rules.json", text: readFileSync(rules, "utf8") }] : [];
}

export function isCurrent(root: string, { path, text }: GeneratedFile): boolean {
  const place = join(root, path);
  return existsSync(place) && readFileSync(place, "utf8") === text;
}

export function writeFile(root: string, { path, text }: GeneratedFile): void {
  const place = join(root, path);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, text);
}
