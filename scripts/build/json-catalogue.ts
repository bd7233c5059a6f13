// dist/catalogue.json: every command as data with its schemas, for programs that offer commands without running ispyd.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { CommandRecord } from "../../src/protocol/command.ts";
import { version } from "../../src/protocol/version.ts";

export function writeCatalogue(root: string, records: readonly CommandRecord[]): void {
  mkdirSync(join(root, "dist"), { recursive: true });
  writeFileSync(join(root, "dist", "catalogue.json"), `${JSON.stringify(jsonCatalogue(records), undefined, 2)}\n`);
}

export function jsonCatalogue(records: readonly CommandRecord[]): { version: string; commands: unknown[] } {
  return { version, commands: records.map(jsonEntry) };
}

/** Without what is code, and what only this program has a use for. */
function jsonEntry(record: CommandRecord): unknown {
  const { view: _view, redactions: _redactions, starts: _starts, opens: _opens, params, result, ...facts } = record;
  return {
    ...facts,
    params: z.toJSONSchema(params, { io: "input", unrepresentable: "any" }),
    result: z.toJSONSchema(result, { io: "output", unrepresentable: "any" }),
  };
}
