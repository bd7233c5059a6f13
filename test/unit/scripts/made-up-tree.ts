// A source tree in words, for the tests of the checks.

import { moduleFacts, type ModuleFacts } from "../../../scripts/check/imports.ts";

/** The facts of files given as path and text. */
export function madeUpTree(texts: Readonly<Record<string, string>>): ModuleFacts[] {
  return Object.entries(texts).map(([path, text]) => moduleFacts({ path, text }));
}
