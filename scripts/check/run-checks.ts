// Runs checks one after the other and says of each how long it took and, where it failed, what it found.

import { spawn } from "node:child_process";
import { join } from "node:path";

export interface Check {
  readonly name: string;
  /** What it found wrong, as lines; none where all is well. A throw is a finding too. */
  run(root: string): Promise<readonly string[]>;
}

/** True where every check passed. */
export async function runChecks(checks: readonly Check[], root: string, print: (line: string) => void = console.log): Promise<boolean> {
  const startedMs = performance.now();
  const failed: string[] = [];
  for (const check of checks) {
    const checkStartedMs = performance.now();
    const found = await findings(check, root);
    print(`${found.length === 0 ? "ok    " : "FAILED"}  ${check.name.padEnd(10)} ${seconds(checkStartedMs)}`);
    for (const line of found) print(`        ${line}`);
    if (found.length > 0) failed.push(check.name);
  }
  print(failed.length === 0 ? `${checks.length} checks passed in ${seconds(startedMs).trim()}` : `failed: ${failed.join(", ")}`);
  return failed.length === 0;
}

async function findings(check: Check, root: string): Promise<readonly string[]> {
  try {
    return await check.run(root);
  } catch (thrown) {
    return [thrown instanceof Error ? thrown.message : String(thrown)];
  }
}

function seconds(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`.padStart(6);
}

/** A program of node_modules/.bin as a check: its output is what it found, unless it ends with 0. */
export function programCheck(name: string, program: string, args: readonly string[]): Check {
  return {
    name,
    run: async (root) => {
      const { code, output } = await outputOf(join(root, "node_modules", ".bin", program), args, root);
      const lines = output.split("\n").filter((line) => line.trim() !== "");
      return code === 0 ? [] : lines.length === 0 ? [`${program} ended with ${code}`] : lines;
    },
  };
}

function outputOf(program: string, args: readonly string[], cwd: string): Promise<{ code: number | string; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: code ?? signal ?? "no code", output: Buffer.concat(chunks).toString("utf8") }));
  });
}
