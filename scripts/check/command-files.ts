// One command, one name: each record has its handler and the test of its whole path under the same file name.

import { basename } from "node:path";
import type { ModuleFacts } from "./imports.ts";

const records = /^src\/protocol\/commands\/([^/]+)\.ts$/;
const handlers = /^src\/commands\/([^/]+)\.ts$/;

export function commandFileProblems(files: readonly ModuleFacts[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const recordNames = files.flatMap(({ path }) => records.exec(path)?.[1] ?? []);
  return [
    ...recordNames.flatMap((name) => missingFor(name, byPath)),
    ...files
      .filter(({ path, exports }) => handlers.test(path) && exports.includes("run"))
      .flatMap((file) => withoutRecord(file, recordNames)),
  ];
}

function missingFor(name: string, byPath: ReadonlyMap<string, ModuleFacts>): string[] {
  const handler = `src/commands/${name}.ts`;
  const test = `test/path/${name}.test.ts`;
  return [
    ...(byPath.get(handler)?.exports.includes("run") === true ? [] : [`${name}: has a record, but ${handler} exports no run`]),
    ...(byPath.has(test) ? [] : [`${name}: has no test of its whole path, ${test}`]),
  ];
}

function withoutRecord({ path }: ModuleFacts, recordNames: readonly string[]): string[] {
  const name = basename(path, ".ts");
  return recordNames.includes(name) ? [] : [`${path}: exports run, but there is no record src/protocol/commands/${name}.ts`];
}
