// Runs the built command as a person would, and hands back what it printed. What path tests stand on.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { runProgram, type ProgramRun } from "./run-program.ts";

export const ispydPath = join(import.meta.dirname, "../../dist/ispyd.mjs");

/** One command line of ispyd; the audit log goes where `auditDirectory` says, by default to the tests' own. */
export function ispyd(words: readonly string[], options: { auditDirectory?: string; timeoutMs?: number } = {}): Promise<ProgramRun> {
  if (!existsSync(ispydPath)) throw new Error("dist/ispyd.mjs is not there: npm run build makes it");
  const env = { ISPYD_AUDIT_DIRECTORY: options.auditDirectory ?? "/tmp/ispyd-test-audit" };
  return runProgram(process.execPath, [ispydPath, ...words], { env, timeoutMs: options.timeoutMs ?? 60_000 });
}
