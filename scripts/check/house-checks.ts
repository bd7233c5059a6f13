// The list of checks. A new one is one entry here: a program of node_modules, or a function that returns what it found.

import { generatedFiles, isCurrent } from "../generate/generated-files.ts";
import { pluginCatalogueFile } from "../generate/plugin-catalogue.ts";
import { sourceFiles, trackedFiles, type SourceFile } from "../project.ts";
import { commandFileProblems } from "./command-files.ts";
import { cycleProblems } from "./cycles.ts";
import { moduleFacts, type ModuleFacts } from "./imports.ts";
import { layerProblems } from "../layers.ts";
import { nameProblems, openingProblems } from "./names.ts";
import { programCheck, type Check } from "./run-checks.ts";
import { wordProblems } from "./words.ts";

const codeDirectories = ["src", "scripts", "bench", "test"];

export const houseChecks: readonly Check[] = [
  programCheck("format", "oxfmt", ["--check"]),
  programCheck("lint", "oxlint", ["--deny-warnings", ...codeDirectories]),
  programCheck("types", "tsc", ["--noEmit"]),
  { name: "layers", run: async (root) => [...layerProblems(facts(root)), ...cycleProblems(facts(root))] },
  {
    name: "names",
    run: async (root) => [...facts(root).flatMap(nameProblems), ...sourceFiles(root, "src", ".ts").flatMap(openingProblems)],
  },
  { name: "commands", run: async (root) => commandFileProblems(facts(root)) },
  { name: "words", run: async (root) => trackedFiles(root).flatMap(wordProblems) },
  { name: "generated", run: outdatedFiles },
  programCheck("unused", "knip", []),
  programCheck("unit", "vitest", ["run", "test/unit"]),
];

async function outdatedFiles(root: string): Promise<string[]> {
  const plugins = pluginCatalogueFile(root);
  const outdated = [...(plugins === undefined ? [] : [plugins]), ...(await generatedFiles(root))].filter((file) => !isCurrent(root, file));
  return outdated.map(({ path }) => `${path} is out of date: npm run build writes it`);
}

function facts(root: string): ModuleFacts[] {
  return codeFiles(root).map(moduleFacts);
}

function codeFiles(root: string): SourceFile[] {
  return codeDirectories.flatMap((directory) => sourceFiles(root, directory, ".ts"));
}
