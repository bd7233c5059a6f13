// An article as sections of text for a terminal: long lines, which the drawing folds under the column they begin at.

import type { Article, EntryList } from "./article.ts";

const termWidthMax = 26;

export interface Section {
  readonly title: string;
  readonly text: string;
}

export function articleText(article: Article): Section[] {
  const head = [
    `${article.name}: ${article.summary}`,
    ...(article.usage === "" ? [] : ["", `usage: ${article.usage}`]),
    ...article.paragraphs.flatMap((text) => ["", text]),
  ];
  const lists = article.lists.map((list) => ({ title: list.title, text: entryLines(list).join("\n") }));
  return [
    { title: "", text: head.join("\n") },
    ...lists,
    { title: "", text: `more: ${article.related.map((topic) => `ispyd help ${topic}`).join(", ")}` },
  ];
}

/** Terms in one column; a long one stands on a line of its own. Equal terms that follow each other are printed once. */
function entryLines({ entries, apart }: EntryList): string[] {
  const fitting = entries.filter(({ term }) => term.length <= termWidthMax);
  const width = fitting.reduce((most, { term }) => Math.max(most, term.length), 0);
  return entries.flatMap(({ term, text }, index) => {
    const shown = entries[index - 1]?.term === term ? "" : term;
    return apart === true || term.length > termWidthMax ? [`  ${term}`, `      ${text}`] : [`  ${shown.padEnd(width)}  ${text}`];
  });
}
