// Where the project lies and how its scripts read and list its files. The scripts run bundled, from build/ or under vitest.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The directory of package.json. */
export const projectRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

function findRoot(directory: string): string {
  if (existsSync(join(directory, "package.json"))) return directory;
  const parent = dirname(directory);
  if (parent === directory) throw new Error("no package.json above this script");
  return findRoot(parent);
}

/** A text file of a tree, by its path from the root with slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The files below `directory` (a path from the root) that end in `ending`, by path; none where there is no such directory. */
export function sourceFiles(root: string, directory: string, ending: string): SourceFile[] {
  const top = join(root, directory);
  if (!existsSync(top)) return [];
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(root, path).replaceAll("\\", "/"), text: readFileSync(path, "utf8") }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** The names, without ending, of the TypeScript files that lie in `directory` itself. */
export function moduleNames(root: string, directory: string): string[] {
  const top = join(root, directory);
  if (!existsSync(top)) return [];
  return readdirSync(top)
    .filter((name) => name.endsWith(".ts"))
    .map((name) => name.slice(0, -3))
    .toSorted();
}

/** The text of every file that git tracks. Throws outside a clone. */
export function trackedFiles(root: string): SourceFile[] {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root, encoding: "utf8" });
  const paths = listed.split("\0").filter((path) => path !== "" && existsSync(join(root, path)));
  return paths.map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}
