// The lines that were typed before, kept for the next time: for this user alone, and none that holds a secret.
// What keeps it from being read or written is no failure: it is done without.

import { closeSync, constants, fchmodSync, fstatSync, lstatSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { cleanText } from "../../base/clean-text.ts";
import { holdsSecret } from "../../waist/redact-answer.ts";
import type { Environment } from "../page.ts";

const linesMax = 1_000;
const fileBytesMax = 1024 * 1024;
const lineLengthMax = 2_000;

export interface History {
  /** The latest first, as node:readline wants them. */
  lines(): string[];
  keep(line: string): void;
}

/** XDG Base Directory Specification 0.8: a relative XDG_STATE_HOME is to be ignored. */
export function historyPlace(environment: Environment): string {
  const state = environment["XDG_STATE_HOME"] ?? "";
  return join(isAbsolute(state) ? state : join(homedir(), ".local/state"), "ispyd/history");
}

export function openHistory(place: string): History {
  const kept = readLines(place);
  return {
    lines: () => kept.toReversed(),
    keep: (line) => {
      if (!isWorthKeeping(line) || line === kept.at(-1)) return;
      kept.push(line);
      appendLine(place, line);
    },
  };
}

/** A line that begins with a blank is left out, as shells do. */
function isWorthKeeping(line: string): boolean {
  return /^\S/.test(line) && line.length <= lineLengthMax && cleanText(line) === line && !holdsSecret(line);
}

function readLines(place: string): string[] {
  try {
    if (!isOwn(place)) return [];
    const text = readFileSync(place, "utf8");
    const all = text.split("\n").filter((line) => line !== "" && cleanText(line) === line);
    const kept = all.slice(-linesMax);
    if (text.length > fileBytesMax || all.length > 2 * linesMax) replaceFile(place, kept);
    return kept;
  } catch {
    return [];
  }
}

function isOwn(place: string): boolean {
  const file = lstatSync(place);
  return file.isFile() && file.uid === process.geteuid?.() && isOwnDirectory(dirname(place));
}

/** One that nobody else may write to. */
function isOwnDirectory(path: string): boolean {
  const { uid, mode } = lstatSync(path);
  return uid === process.geteuid?.() && (mode & 0o022) === 0;
}

function replaceFile(place: string, lines: readonly string[]): void {
  const unfinished = `${place}.${process.pid}`;
  write(unfinished, lines, constants.O_EXCL);
  renameSync(unfinished, place);
}

function appendLine(place: string, line: string): void {
  try {
    mkdirSync(dirname(place), { recursive: true, mode: 0o700 });
    if (isOwnDirectory(dirname(place))) write(place, [line], constants.O_APPEND);
  } catch {
    // A disk that is full, a home that is missing: the line is known until the end only.
  }
}

function write(place: string, lines: readonly string[], how: number): void {
  const descriptor = openSync(place, constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK | how, 0o600);
  try {
    const facts = fstatSync(descriptor);
    if (!facts.isFile() || facts.uid !== process.geteuid?.()) return;
    if ((facts.mode & 0o077) !== 0) fchmodSync(descriptor, 0o600);
    writeSync(descriptor, lines.map((line) => `${line}\n`).join(""));
  } finally {
    closeSync(descriptor);
  }
}
