// What a Python process was told to run, from its arguments. Source: "Command line and environment" of Python's manual.

export interface PythonProgram {
  /** "title" where the process has overwritten its arguments with a text of its own. */
  readonly kind: "script" | "module" | "code" | "interactive" | "title";
  /** Path of the script, name of the module, the code, or the title. */
  readonly subject: string;
  /** Last part of a script's path without ".py", or a module's name with a final ".__main__" left out. */
  readonly name: string;
  readonly arguments: readonly string[];
}

const optionsWithValue = /^-[bBdEiIOqPsSuvx]*[WX]$/;
const moduleOption = /^-[bBdEiIOqPsSuvx]*m(.*)$/;
const codeOption = /^-[bBdEiIOqPsSuvx]*c(.*)$/;

/** Arguments that do not begin with a program are a title that somebody wrote over them. */
export function parseProgram(words: readonly string[]): PythonProgram {
  const [first = "", ...rest] = words;
  if (rest.length === 0 && /^\S.*[: ]/.test(first) && !first.startsWith("/")) return titled(first);
  for (let index = 0; index < rest.length; index += 1) {
    const word = rest[index] ?? "";
    const following = rest.slice(index + 1);
    const module = moduleOption.exec(word);
    if (module !== null) return option("module", module[1] ?? "", following);
    const code = codeOption.exec(word);
    if (code !== null) return option("code", code[1] ?? "", following);
    if (optionsWithValue.test(word) || word === "--check-hash-based-pycs") index += 1;
    else if (word === "-" || word === "") return interactive;
    else if (!word.startsWith("-")) return { kind: "script", subject: word, name: scriptName(word), arguments: following };
  }
  return interactive;
}

const interactive: PythonProgram = { kind: "interactive", subject: "", name: "python", arguments: [] };

function titled(title: string): PythonProgram {
  return { kind: "title", subject: title, name: /^[\w.-]+/.exec(title)?.[0] ?? "python", arguments: [] };
}

function option(kind: "module" | "code", attached: string, following: readonly string[]): PythonProgram {
  const subject = attached === "" ? (following[0] ?? "") : attached;
  const rest = attached === "" ? following.slice(1) : following;
  return { kind, subject, name: kind === "module" ? subject.replace(/\.__main__$/, "") : "python", arguments: rest };
}

function scriptName(path: string): string {
  const parts = path.split("/").filter((part) => part !== "");
  const last = (parts.at(-1) ?? "").replace(/\.pyw?$/, "");
  // "python -m shop" and "python shop/" both end here through __main__.py.
  return last === "__main__" ? (parts.at(-2) ?? last) : last;
}
