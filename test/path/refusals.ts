// What the tests of bad input share: the command as any user and under any wrapper, within a time bound, and its failure taken apart.

import { chmodSync, copyFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { ispydPath } from "../rig/ispyd.ts";
import { type ProgramRun, runProgram } from "../rig/run-program.ts";

export const isRoot = process.getuid?.() === 0;
export const nobody = { uid: 65_534, gid: 65_534 };
/** What runs a program as that user. */
export const asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
/** No answer, not even a refusal, may take longer. */
const timeoutMs = 10_000;

/** A folder that every user can read, with the bundle as ispyd.mjs: "one file copied to a machine that has nothing but Node". */
export function publicFolder(): string {
  const directory = mkdtempSync(join(tmpdir(), "ispyd-refusals-"));
  chmodSync(directory, 0o755);
  copyFileSync(ispydPath, join(directory, "ispyd.mjs"));
  return directory;
}

/** Runs ispyd behind the words of a wrapper (setpriv, unshare, sh -c ...). */
export async function ispydBehind(directory: string, wrapper: readonly string[], words: readonly string[]): Promise<ProgramRun> {
  const [program = "", ...args] = [...wrapper, process.execPath, join(directory, "ispyd.mjs"), ...words];
  // HOME and the audit log of a user who is not root must be that user's to write, or nowhere.
  const env = { HOME: directory, ISPYD_AUDIT_DIRECTORY: wrapper.includes("setpriv") ? "" : join(directory, "audit") };
  const run = await runProgram(program, args, { timeoutMs, env });
  expect(run.problem, "no hang").not.toMatch(/was stopped after/);
  return run;
}

export interface Refusal {
  code: string;
  message: string;
  hint: string;
  target: string;
}

/** Asserts that it failed with that exit code, and hands back the failure; both forms name what was found and the next step. */
export async function refusalOf(
  directory: string,
  wrapper: readonly string[],
  words: readonly string[],
  exitCode: number,
): Promise<Refusal> {
  const json = await ispydBehind(directory, wrapper, [...words, "--json"]);
  expect(json.exitCode, `${json.stdout}${json.stderr}`).toBe(exitCode);
  const { error } = JSON.parse(json.stdout === "" ? json.stderr : json.stdout) as { error: Refusal };
  const text = await ispydBehind(directory, wrapper, words);
  expect(text.exitCode).toBe(exitCode);
  expect(text.stdout).toBe("");
  expect(text.stderr.startsWith("ispyd")).toBe(true);
  expect(error.message.length).toBeGreaterThan(10);
  expect(error.hint, error.message).not.toBe("");
  return error;
}
