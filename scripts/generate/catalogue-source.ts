// The text of src/protocol/catalogue.ts: an import for each record, and the map of them all.

import type { LoadedRecord } from "./command-records.ts";
import { generatedNotice, identifierOf } from "./identifier.ts";

export function catalogueSource(records: readonly LoadedRecord[]): string {
  const imports = records
    .map(({ fileName }) => fileName)
    .toSorted()
    .map((fileName) => `import ${identifierOf(fileName)} from "./commands/${fileName}.ts";`);
  return [
    `// ${generatedNotice}`,
    "// Every command record by name, in the order of help.",
    "",
    'import type { CommandRecord } from "./command.ts";',
    ...imports,
    "",
    "const records: readonly CommandRecord[] = [",
    ...records.map(({ fileName }) => `  ${identifierOf(fileName)},`),
    "];",
    "",
    "export const catalogue: ReadonlyMap<string, CommandRecord> = new Map(records.map((record) => [record.name, record]));",
    "",
  ].join("\n");
}
