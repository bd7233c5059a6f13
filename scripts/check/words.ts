// What no file of the project may speak of: how and where it was written, and the hosts that packages come from.

import type { SourceFile } from "../project.ts";

interface Rule {
  readonly pattern: RegExp;
  readonly says: string;
}

// Written in parts, so that this file passes its own rules.
const hosts = ["registry\\.npmjs", "npmjs\\.(?:org|com)", "pypi\\.(?:org|python)", "pythonhosted\\.", "deb\\.debian", "proxy\\.golang"];
const workplace = [
  "(?:this|that|last|next|previous|earlier|later|parallel|other|another|our|my|coding|work|agent)\\s+ses" + "sions?\\b",
  "ses" + "sion (?:notes|log|summary|brief)",
];
const papers = ["DESIGN" + "(?:\\.md\\b| section )", "LAWS" + "-AND-LIMITS", "field" + "/[a-z-]+\\.md"];

const rules: readonly Rule[] = [
  { pattern: new RegExp(`(?<![\\w.~$}])/${"work"}/`), says: "a path of the machine that it was written on" },
  { pattern: new RegExp(workplace.join("|"), "i"), says: "how it was written" },
  { pattern: new RegExp(`\\b(?:${papers.join("|")})`), says: "a document that the project does not hold" },
  { pattern: new RegExp(`\\b(?:${hosts.join("|")})`, "i"), says: "the host of a package registry" },
];

/** One line for each place; files with a NUL are no text and are left out. */
export function wordProblems({ path, text }: SourceFile): string[] {
  if (text.includes("\0")) return [];
  return text
    .split("\n")
    .flatMap((line, index) =>
      rules
        .filter(({ pattern }) => pattern.test(line))
        .map(({ says }) => `${path}:${index + 1}: mentions ${says}: ${line.trim().slice(0, 100)}`),
    );
}
