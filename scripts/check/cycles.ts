// Files that import each other in a circle, types included: each such group is one problem, told as a path that leads back.

import { importedPath, type ModuleFacts } from "./imports.ts";

/** One line for each circle that a walk in order of paths comes upon first. */
export function cycleProblems(files: readonly ModuleFacts[]): string[] {
  const known = new Set(files.map(({ path }) => path));
  const graph = new Map(files.map((file) => [file.path, importsOf(file).filter((path) => known.has(path))]));
  const walk: Walk = { graph, done: new Set(), problems: [] };
  for (const { path } of files) visit(path, [], walk);
  return walk.problems;
}

interface Walk {
  readonly graph: ReadonlyMap<string, readonly string[]>;
  readonly done: Set<string>;
  readonly problems: string[];
}

function visit(path: string, above: readonly string[], walk: Walk): void {
  const start = above.indexOf(path);
  if (start !== -1) walk.problems.push(`import in a circle: ${[...above.slice(start), path].join(" -> ")}`);
  if (start !== -1 || walk.done.has(path)) return;
  for (const imported of walk.graph.get(path) ?? []) visit(imported, [...above, path], walk);
  walk.done.add(path);
}

function importsOf({ path, imports }: ModuleFacts): string[] {
  return imports.flatMap((specifier) => importedPath(path, specifier) ?? []);
}
