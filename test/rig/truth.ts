// Programs that know every stack they can have (test/programs/truth_*.py), started, and the judge of stacks that were read from them.

import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { projectRoot } from "../../scripts/project.ts";
import type { Frame } from "../../src/stacks/model.ts";
import type { Interpreter } from "./interpreters.ts";
import { startTarget, type Target } from "./target.ts";

export const truthPrograms = ["recursion", "calls", "threads", "generators", "coroutines", "asyncio"] as const;
export type TruthProgram = (typeof truthPrograms)[number];

/** Programs whose stacks pass through generators or coroutines. */
export const generatorPrograms: readonly TruthProgram[] = ["generators", "coroutines", "asyncio"];

export interface TruthTarget extends Target {
  /** Whether a stack, innermost frame first, is one that the program can have: every function, and every caller's line. */
  isPossible(frames: readonly Frame[]): boolean;
  /** The same for tools that say less: files by their last part, functions by their last name. */
  isRoughlyPossible(frames: readonly Frame[]): boolean;
}

interface Trie {
  readonly [key: string]: Trie;
}

interface Truth {
  readonly stacks: Trie;
  readonly files: readonly string[];
  /** First and last line of each code object of that "file|function". */
  readonly lines: Readonly<Record<string, readonly (readonly [number, number])[]>>;
}

export function programText(name: string): string {
  return readFileSync(join(projectRoot, "test/programs", `${name}.py`), "utf8");
}

/** Starts one of them and waits until it has recorded its stacks; it then runs for ever. */
export async function startTruth(python: Interpreter, name: TruthProgram): Promise<TruthTarget> {
  const target = await startTarget({
    python,
    program: programText(`truth_${name}`),
    files: { "truth.py": programText("truth") },
    readyTimeoutMs: 60_000,
  });
  const truth = JSON.parse((await target.line(/^ready /)).slice("ready ".length)) as Truth;
  // The call that printed the line is the last one that is not recorded.
  await new Promise((resolve) => setTimeout(resolve, 200));
  const rough = roughen(truth);
  return {
    ...target,
    isPossible: (frames) => isPossible(truth, frames),
    isRoughlyPossible: (frames) =>
      isPossible(
        rough,
        frames.map((frame) => ({ ...frame, file: basename(frame.file), function: lastName(frame.function) })),
      ),
  };
}

function roughen({ stacks, files, lines }: Truth): Truth {
  const names = [...new Set(files.map((file) => basename(file)))];
  const rename = (key: string): string => {
    const [file = "", name = "", ...line] = key.split("|");
    return [names.indexOf(basename(files[Number(file)] ?? "")), lastName(name), ...line].join("|");
  };
  const merged: Record<string, (readonly [number, number])[]> = {};
  for (const [key, ranges] of Object.entries(lines)) merged[rename(key)] = [...(merged[rename(key)] ?? []), ...ranges];
  return { stacks: renameAll(stacks, rename), files: names, lines: merged };
}

function renameAll(trie: Trie, rename: (key: string) => string): Trie {
  const renamed: Record<string, Trie> = {};
  for (const [key, below] of Object.entries(trie)) {
    const name = rename(key);
    renamed[name] = merge(renamed[name] ?? {}, renameAll(below, rename));
  }
  return renamed;
}

function merge(one: Trie, other: Trie): Trie {
  const merged: Record<string, Trie> = { ...one };
  for (const [key, below] of Object.entries(other)) merged[key] = merge(merged[key] ?? {}, below);
  return merged;
}

function lastName(qualified: string): string {
  return qualified.split(".").at(-1) ?? "";
}

function isPossible({ stacks, files, lines }: Truth, frames: readonly Frame[]): boolean {
  let node: Trie | undefined = stacks;
  for (const [index, { file, function: name, line }] of [...frames.entries()].reverse()) {
    const key = `${files.indexOf(file)}|${name}`;
    node = node[`${key}|${index === 0 ? 0 : line}`];
    if (node === undefined) return false;
    // An instruction without a line is shown as line 0.
    if (index === 0 && line !== 0 && lines[key]?.some(([first, last]) => line >= first && line <= last) !== true) return false;
  }
  return true;
}
