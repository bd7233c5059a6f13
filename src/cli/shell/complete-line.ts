// What could stand for the word before the cursor: session's own commands and plugins here, everything else from the command `complete`, and values that only the target knows.

import { readdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import { shortNames } from "../../protocol/agent-catalogue.ts";
import type { CommandRecord } from "../../protocol/command.ts";
import { liveValues } from "./live-values.ts";
import { ownCommands } from "./own-commands.ts";
import { ask, fullWords, pluginNames, type Session } from "./session.ts";
import { splitBegunLine } from "./split-line.ts";

/** Candidates and the text that they take the place of, as node:readline wants them. */
export async function completeLine(session: Session, line: string): Promise<[string[], string]> {
  const { words, tail, begun, typed } = splitBegunLine(line);
  if (tail !== "") return tail.startsWith(">") ? fileCandidates(/\S*$/.exec(line)?.[0].replace(/^>+/, "") ?? "") : [[], ""];
  const found = [...new Set(await candidates(session, words, begun))].filter((word) => word.startsWith(begun));
  const whole = found.map((word) => (typed.startsWith("!") && !word.startsWith("!") ? `!${word}` : word));
  const [only] = whole;
  return [whole.length === 1 && only !== undefined && !only.endsWith("=") ? [`${only} `] : whole, typed];
}

async function candidates(session: Session, words: readonly string[], begun: string): Promise<string[]> {
  const [first] = words;
  if (first === undefined && begun.startsWith("!")) return pluginNames(session).map((name) => `!${name}`);
  if (first === undefined) return [...ownNames(), ...pluginCommands(session), ...(await asked(session, [], begun))];
  const own = await ownCandidates(session, words, begun);
  return own ?? (await commandCandidates(session, words, begun));
}

/** Behind one of the session's own commands; undefined behind any other. */
async function ownCandidates(session: Session, words: readonly string[], begun: string): Promise<string[] | undefined> {
  const [first = "", ...rest] = words;
  const isFirst = rest.length === 0;
  if (first === "watch") return isFirst ? ["1", "2", "5", "10"] : await candidates(session, rest.slice(1), begun);
  if (first === "help") return [...(isFirst ? [...ownNames(), ...pluginCommands(session)] : []), ...(await asked(session, words, begun))];
  if (!["!", ...ownNames()].includes(first)) return undefined;
  if (!isFirst) return [];
  if (first === "connect") return await asked(session, ["threads"], begun);
  if (first === "prompt") return ["on", "off"];
  return first === "shell" || first === "!" ? pluginNames(session) : [];
}

function ownNames(): string[] {
  return ownCommands.map(({ name }) => name);
}

function pluginCommands({ plugin, house }: Session): string[] {
  if (plugin === undefined) return [];
  const prefix = `${plugin} `;
  return [...house.catalogue.keys()].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
}

async function commandCandidates(session: Session, typed: readonly string[], begun: string): Promise<string[]> {
  const words = inFull(session, fullWords(session, typed));
  const record = recordIn(session, words);
  const { connected } = session;
  if (record === undefined || record.target === "none" || connected === undefined) return await asked(session, words, begun);
  const length = record.name.split(" ").length;
  const withTarget = [...words.slice(0, length), connected.target, ...words.slice(length)];
  const found = await asked(session, withTarget, begun);
  const live = await liveValues({ session, record, words: words.slice(length), begun });
  const all = [...found, ...live];
  return all.length === 0 && begun === "" ? await asked(session, withTarget, "--") : all;
}

function inFull({ house }: Session, words: readonly string[]): readonly string[] {
  const [first = "", ...rest] = words;
  const long = house.catalogue.has(first) ? undefined : shortNames(house.catalogue).get(first);
  return long === undefined ? words : [...long.split(" "), ...rest];
}

function recordIn({ house }: Session, words: readonly string[]): CommandRecord | undefined {
  const names = [1, 2, 3].map((count) => words.slice(0, count).join(" "));
  return names.toReversed().flatMap((name) => house.catalogue.get(name) ?? [])[0];
}

/** As the completion of every other shell has it. */
async function asked(session: Session, words: readonly string[], begun: string): Promise<string[]> {
  const { result } = await ask(session, { command: "complete", params: { words: [...words, begun] } });
  const { files, candidates: found } = result as { files: boolean; candidates: readonly { readonly word: string }[] };
  if (files) return fileCandidates(begun)[0];
  return found.map(({ word }) => word).filter((word) => words.length > 0 || word !== "run");
}

const mostFiles = 200;

/** Names in a folder of the caller's own; a name that a shell would split or expand is left to be typed. */
function fileCandidates(begun: string): [string[], string] {
  const directory = begun.endsWith("/") ? begun : dirname(begun);
  const prefix = begun.includes("/") ? (begun.endsWith("/") ? begun : `${dirname(begun).replace(/\/$/, "")}/`) : "";
  const start = begun.endsWith("/") ? "" : basename(begun);
  try {
    const names = readdirSync(begun.includes("/") ? directory : ".", { withFileTypes: true }).filter(({ name }) => name.startsWith(start));
    const harmless = names.filter(({ name }) => /^[\w.+@%,:-]+$/.test(name) && (start.startsWith(".") || !name.startsWith(".")));
    return [harmless.slice(0, mostFiles).map((entry) => `${prefix}${entry.name}${entry.isDirectory() ? "/" : ""}`), begun];
  } catch {
    return [[], begun];
  }
}
