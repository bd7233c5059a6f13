// The licences of the packages that the program's one file contains: they ask to stand in every copy, so they stand at its end.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A block comment with the licence of each package that one of `moduleIds` (paths of files) comes from. Throws where a package has none. */
export function licenceNotices(moduleIds: readonly string[]): string {
  const directories = [...new Set(moduleIds.flatMap((id) => packageDirectory(id) ?? []))].toSorted();
  const notices = directories.map((directory) => `${packageName(directory)}\n\n${licenceText(directory).trim()}`);
  if (notices.length === 0) return "";
  return `/*\nThis file contains the following packages.\n\n${notices.join("\n\n---\n\n").replaceAll("*/", "* /")}\n*/\n`;
}

function packageDirectory(moduleId: string): string | undefined {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(moduleId)?.[0];
}

function packageName(directory: string): string {
  return directory.slice(directory.lastIndexOf("/node_modules/") + "/node_modules/".length);
}

function licenceText(directory: string): string {
  const name = readdirSync(directory).find((file) => /^licen[cs]e/i.test(file));
  if (name === undefined) throw new Error(`${packageName(directory)} in ${dirname(directory)} has no licence file, but would be shipped`);
  return readFileSync(join(directory, name), "utf8");
}
