// The end of a test run for whoever reads only that: each skipped test with its reason, then "N passed, N failed, N skipped" as the last line.

import { writeSync } from "node:fs";
import type { Reporter, TestCase, TestModule } from "vitest/node";

export interface Tally {
  passed: number;
  failed: number;
  /** What was left out and why, in the order of the run. */
  readonly skipped: string[];
}

/** Written when the process ends: vitest and its other reporters still print after a run. */
export default class ClosingLine implements Reporter {
  #text = "";

  onInit(): void {
    process.once("exit", () => void writeSync(1, this.#text));
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tally: Tally = { passed: 0, failed: unhandledErrors.length, skipped: [] };
    for (const module of modules) countModule(module, tally);
    this.#text = closingText(tally);
  }
}

export function closingText({ passed, failed, skipped }: Tally): string {
  const lines = [...skipped.map((test) => `skipped: ${test}`), `${passed} passed, ${failed} failed, ${skipped.length} skipped`];
  return `\n${lines.join("\n")}\n`;
}

/** A file or a group that failed outside its tests (it can't be loaded, a hook threw) counts as one more failure. */
function countModule(module: TestModule, tally: Tally): void {
  const groups = [module, ...module.children.allSuites()];
  tally.failed += groups.filter((group) => group.errors().length > 0).length;
  for (const test of module.children.allTests()) countTest(test, tally);
}

function countTest(test: TestCase, tally: Tally): void {
  const result = test.result();
  if (result.state === "passed") tally.passed += 1;
  else if (result.state === "failed") tally.failed += 1;
  else tally.skipped.push(`${test.module.relativeModuleId} > ${test.fullName}: ${reasonOf(result)}`);
}

function reasonOf(result: { readonly state: string; readonly note?: string | undefined }): string {
  if (result.state === "pending") return "it never ran";
  return result.note ?? "no reason given";
}
