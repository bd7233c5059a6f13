// What the audit tests share: a log in a directory of its own, requests to put into it, and its lines to tamper with.

import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { z } from "zod";
import { defineCommand, type CommandRecord } from "../../../src/protocol/command.ts";
import type { Level } from "../../../src/protocol/level.ts";
import type { LoggedRequest } from "../../../src/waist/audit-entries.ts";
import { openAuditLog, type AuditLog } from "../../../src/waist/audit-log.ts";

export const isRoot = process.geteuid?.() === 0;

/** A directory that does not exist yet, inside one that is removed after use. */
export function freshDirectory(): { directory: string; remove(): void } {
  const parent = mkdtempSync(join(tmpdir(), "ispyd-audit-"));
  return { directory: join(parent, "state", "audit"), remove: () => rmSync(parent, { recursive: true, force: true }) };
}

export function record(level: Level, recorded = true): CommandRecord {
  return defineCommand({
    name: level === "look" ? "threads" : `do ${level}`,
    level,
    summary: "",
    description: "",
    target: "optional",
    params: () => z.object({}),
    result: () => z.unknown(),
    shape: "value",
    recorded,
    examples: [],
    view: () => [],
  });
}

export interface RequestFacts {
  level?: Level;
  recorded?: boolean;
  params?: Record<string, unknown>;
  target?: string;
  reason?: string;
  user?: string;
}

export function logged({
  level = "look",
  recorded = true,
  params = {},
  target = "shop",
  reason,
  user = "alice",
}: RequestFacts = {}): LoggedRequest {
  const command = record(level, recorded);
  return {
    record: command,
    params,
    request: { command: command.name, target, params, ...(reason === undefined ? {} : { reason }) },
    caller: { uid: 1000, user, via: "command line" },
  };
}

export const done = { outcome: "done", durationMs: 1.5, answerBytes: 10, pids: [42] } as const;

/** Two records for each request. */
export function logRequests(log: AuditLog, count: number, facts: RequestFacts = {}): void {
  for (let index = 0; index < count; index += 1) {
    const request = log.forRequest(logged(facts));
    request.began("built-in: look is free");
    request.ended(done);
  }
}

/** One writer from its opening to its close, as one process is. */
export function asOneWriter(directory: string, count = 1, facts: RequestFacts = {}): void {
  const log = openAuditLog({ directory });
  logRequests(log, count, facts);
  log.close();
}

export function entries(directory: string): string[] {
  return readdirSync(directory).sort();
}

export function text(directory: string, chain = "chain-0001"): string {
  return readFileSync(join(directory, `${chain}.jsonl`), "utf8");
}

export function lines(directory: string, chain = "chain-0001"): string[] {
  return text(directory, chain).trimEnd().split("\n");
}

export function parsed(directory: string, chain = "chain-0001"): Record<string, unknown>[] {
  return lines(directory, chain).map((line) => JSON.parse(line) as Record<string, unknown>);
}

export function rewrite(directory: string, change: (before: string) => string, chain = "chain-0001"): void {
  writeFileSync(join(directory, `${chain}.jsonl`), change(text(directory, chain)));
}

export function rewriteLines(directory: string, change: (before: string[]) => string[], chain = "chain-0001"): void {
  rewrite(
    directory,
    () =>
      change(lines(directory, chain))
        .map((line) => `${line}\n`)
        .join(""),
    chain,
  );
}

/** The writer process (audit-writer-process.ts) as one file that plain node runs. */
export async function buildWriterProcess(into: string): Promise<string> {
  const input = join(dirname(fileURLToPath(import.meta.url)), "audit-writer-process.ts");
  const file = join(into, "writer.mjs");
  const bundle = await rolldown({ input, platform: "node", logLevel: "silent" });
  await bundle.write({ file, format: "esm" });
  await bundle.close();
  return file;
}

const running = new Set<ChildProcess>();

export function startWriter(program: string, ...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  running.add(child);
  child.on("close", () => running.delete(child));
  return child;
}

/** Ends what a failed test left running. */
export async function endWriters(): Promise<void> {
  const ended = [...running].map(exitOf);
  for (const child of running) child.kill("SIGKILL");
  await Promise.all(ended);
}

export function exitOf(child: ChildProcess): Promise<number | string | null> {
  return new Promise((resolve) => child.on("close", (code, signal) => resolve(code ?? signal)));
}

export function firstOutput(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => child.stdout?.once("data", (data: Buffer) => resolve(data.toString())));
}
