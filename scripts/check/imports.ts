// What a TypeScript file imports and exports, types included, as the parser of the bundler sees it.

import { posix } from "node:path";
import { parseSync } from "rolldown/utils";
import type { SourceFile } from "../project.ts";

export interface ModuleFacts {
  readonly path: string;
  /** As written, each once: static, dynamic, re-exported, and types by `import("...")`. */
  readonly imports: readonly string[];
  /** Names as importers see them; "default" and `*` are not among them. */
  readonly exports: readonly string[];
  /** True where something of another file is exported by name or as a whole. */
  readonly reexports: boolean;
}

const importCall = /\bimport\(\s*["']([^"']+)["']/g;

/** Throws where the file can't be parsed. */
export function moduleFacts({ path, text }: SourceFile): ModuleFacts {
  const { module, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message ?? "can't be parsed"}`);
  const exported = module.staticExports.flatMap(({ entries }) => entries);
  const imports = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...exported.flatMap(({ moduleRequest }) => (moduleRequest === null ? [] : [moduleRequest.value])),
    ...[...text.matchAll(importCall)].map((match) => match[1] ?? ""),
  ];
  return {
    path,
    imports: [...new Set(imports)],
    exports: exported.flatMap(({ exportName }) => exportName.name ?? []),
    reexports: exported.some(({ moduleRequest }) => moduleRequest !== null),
  };
}

/** The path from the root that a relative import of `from` names; undefined for a package or a part of Node. */
export function importedPath(from: string, specifier: string): string | undefined {
  return specifier.startsWith(".") ? posix.join(posix.dirname(from), specifier) : undefined;
}
