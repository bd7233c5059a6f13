// The layers of src: which module may import which. This table is the rule; ARCHITECTURE.md explains it.

import { importedPath, type ModuleFacts } from "./check/imports.ts";

/** A directory of src, and the directories that its files may import besides their own. Types count as imports. */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  base: [],
  stacks: ["base"],
  redaction: ["base"],
  diagnosis: ["base", "stacks"],
  protocol: ["base", "stacks"],
  wire: ["base", "protocol"],
  gate: ["base", "protocol"],
  outside: ["base", "stacks", "redaction"],
  inside: ["base", "protocol", "wire", "outside"],
  commands: ["base", "protocol", "stacks", "redaction", "diagnosis", "outside", "inside"],
  waist: ["base", "protocol", "gate", "redaction", "commands"],
  hub: ["base", "protocol", "wire", "waist"],
  cli: ["base", "protocol", "stacks", "wire", "waist"],
  console: ["base", "protocol", "stacks"],
};

/** Files where all layers meet: they import any, and nothing imports them. */
const entries: readonly string[] = ["src/main.ts"];

/** The one file outside src that src reads: the version stands there. */
const outsideSource: readonly string[] = ["package.json"];

/** What breaks the table, one line each. */
export function layerProblems(files: readonly ModuleFacts[]): string[] {
  const paths = new Set(files.map(({ path }) => path));
  return files.filter(({ path }) => path.startsWith("src/")).flatMap((file) => fileProblems(file, paths));
}

function fileProblems({ path, imports }: ModuleFacts, paths: ReadonlySet<string>): string[] {
  if (!entries.includes(path) && allowedFor(path) === undefined)
    return [`${path}: src/${moduleOf(path)} is not in the table of scripts/layers.ts`];
  return imports.flatMap((specifier) => {
    const target = importedPath(path, specifier);
    const problem = target === undefined ? undefined : importProblem(path, target, paths);
    return problem === undefined ? [] : [`${path}: ${problem}`];
  });
}

function importProblem(path: string, target: string, paths: ReadonlySet<string>): string | undefined {
  if (outsideSource.includes(target)) return undefined;
  if (!paths.has(target) && !target.endsWith(".json")) return `imports ${target}, which is no TypeScript file of the project`;
  if (!target.startsWith("src/")) return `imports ${target} from outside src`;
  if (entries.includes(target)) return `imports the entry ${target}`;
  if (entries.includes(path) || moduleOf(path) === moduleOf(target)) return undefined;
  const allowed = allowedFor(path) ?? [];
  if (allowed.includes(moduleOf(target))) return undefined;
  return `imports ${target}, but ${moduleOf(path)} may import ${allowed.length === 0 ? "nothing" : `only ${allowed.join(", ")}`}`;
}

/** The directory below src, or the file itself where it lies directly in src. */
function moduleOf(path: string): string {
  return path.split("/")[1] ?? "";
}

function allowedFor(path: string): readonly string[] | undefined {
  return Object.hasOwn(mayImport, moduleOf(path)) ? mayImport[moduleOf(path)] : undefined;
}
