// man/*.1: one manual page for the program and one for each command, from the articles that help prints.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Article } from "../../src/commands/help/article.ts";
import { commandArticle } from "../../src/commands/help/command-article.ts";
import { articleRoff } from "../../src/commands/help/roff.ts";
import { overviewArticle } from "../../src/commands/help/topics.ts";
import type { CommandRecord } from "../../src/protocol/command.ts";
import { version } from "../../src/protocol/version.ts";

/** The directory is made anew, so that a command that went leaves no page behind. */
export function writeManPages(root: string, records: readonly CommandRecord[]): void {
  const directory = join(root, "man");
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const { name, text } of manPages(records)) writeFileSync(join(directory, name), text);
}

export function manPages(records: readonly CommandRecord[]): { name: string; text: string }[] {
  const shown = records.filter(({ hidden }) => hidden !== true);
  return [overviewArticle(shown), ...shown.map(commandArticle)].map((article) => ({
    name: pageName(article),
    text: articleRoff(article, version),
  }));
}

function pageName({ name }: Article): string {
  return `${name.replaceAll(" ", "-")}.1`;
}
