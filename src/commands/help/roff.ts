// An article as a manual page in the man(7) macros, which man, mandoc and groff all read.

import type { Article, EntryList } from "./article.ts";

const lineLengthMax = 78;

/** `version` stands in the page's foot. The page has no date: the same sources give the same bytes. */
export function articleRoff(article: Article, version: string): string {
  const page = article.name.replaceAll(" ", "-");
  const lines = [
    `.TH ${argument(page.toUpperCase())} 1 "" ${argument(`ispyd ${version}`)} ${argument("ispyd manual")}`,
    ".SH NAME",
    `${escaped(page)} \\- ${escaped(article.summary)}`,
    ...(article.usage === "" ? [] : [".SH SYNOPSIS", `.B ${argument(article.usage)}`]),
    ...(article.paragraphs.length === 0
      ? []
      : [".SH DESCRIPTION", ...article.paragraphs.flatMap((text, index) => [...(index === 0 ? [] : [".PP"]), ...textLines(text)])]),
    ...article.lists.flatMap(listRoff),
    ".SH SEE ALSO",
    ...relatedRoff(article),
  ];
  return `${lines.join("\n")}\n`;
}

function listRoff({ title, entries }: EntryList): string[] {
  return [
    `.SH ${argument(title.toUpperCase())}`,
    ...entries.flatMap(({ term, text }) => [".TP", `.B ${argument(term)}`, ...textLines(text)]),
  ];
}

function relatedRoff({ name, related }: Article): string[] {
  const others = related.filter((topic) => topic !== "COMMAND").map((topic) => `ispyd help ${topic}`);
  return textLines([name === "ispyd" ? "ispyd help COMMAND" : "ispyd help", ...others].join(", "));
}

/** Running text in short lines, none of which begins like a request. */
function textLines(text: string): string[] {
  const lines: string[] = [];
  for (const word of escaped(text).split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > lineLengthMax) lines.push(/^[.']/.test(word) ? `\\&${word}` : word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** One argument of a macro. */
function argument(text: string): string {
  return `"${escaped(text).replaceAll('"', "\\(dq")}"`;
}

const special: Record<string, string> = {
  "\\": "\\e",
  "-": "\\-",
  "'": "\\(aq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
  "\n": " ",
  "\r": " ",
};

/** Characters that would act or be set as another glyph, and all that is not ASCII (groff_char(7)). */
function escaped(text: string): string {
  return text.replaceAll(
    /[\\\-'`^~]|[^ -~]/gu,
    (character) => special[character] ?? `\\[u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`,
  );
}
