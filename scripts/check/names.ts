// The rules for names and for how a file begins: file names, words that say nothing, opening comments, no barrels.

import { basename } from "node:path";
import type { SourceFile } from "../project.ts";
import type { ModuleFacts } from "./imports.ts";

const fileName = /^[a-z0-9]+(?:[-.][a-z0-9]+)*\.(?:ts|mjs)$/;

/** Words that could name anything. */
const emptyWords: ReadonlySet<string> = new Set(["util", "utils", "helper", "helpers", "common", "manager", "impl"]);

const openingLinesMax = 4;

/** What is wrong with the name of one file or of what it exports. */
export function nameProblems({ path, exports, reexports }: ModuleFacts): string[] {
  const directories = path.split("/").slice(0, -1);
  const named = [...directories, basename(path).replace(/\.[^.]+$/, "")];
  return [
    ...(fileName.test(basename(path)) ? [] : [`${path}: the name of the file is not in kebab-case`]),
    ...named.flatMap((name) => emptyWordsIn(name).map((word) => `${path}: "${word}" in a path says nothing`)),
    ...exports.flatMap((name) => emptyWordsIn(name).map((word) => `${path}: "${word}" in the exported name ${name} says nothing`)),
    ...(/(?:^|\/)index\.ts$/.test(path) || reexports ? [`${path}: no barrels: import from the file that defines the name`] : []),
  ];
}

function emptyWordsIn(name: string): string[] {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").split(/[^A-Za-z0-9]+/);
  return words.map((word) => word.toLowerCase()).filter((word) => emptyWords.has(word));
}

/** A file says in one to four comment lines what it is for. */
export function openingProblems({ path, text }: SourceFile): string[] {
  const lines = text.split("\n");
  const first = lines[0]?.startsWith("#!") === true ? 1 : 0;
  const end = lines.findIndex((line, index) => index >= first && !line.startsWith("// "));
  const count = (end === -1 ? lines.length : end) - first;
  if (count >= 1 && count <= openingLinesMax) return [];
  return [`${path}: opens with ${count} comment lines; one to ${openingLinesMax} say what the file is for`];
}
