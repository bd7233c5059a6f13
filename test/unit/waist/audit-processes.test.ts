// Writers as real processes: many at once, killed in the middle, verified while they write, in other namespaces.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { lockState } from "../../../src/waist/audit-lock.ts";
import { openAuditReader } from "../../../src/waist/audit-reader.ts";
import {
  asOneWriter,
  buildWriterProcess,
  endWriters,
  entries,
  exitOf,
  firstOutput,
  freshDirectory,
  lines,
  startWriter,
} from "./audit-rig.ts";

const programs = mkdtempSync(join(tmpdir(), "ispyd-audit-program-"));
let program = "";
beforeAll(async () => void (program = await buildWriterProcess(programs)));
afterAll(() => rmSync(programs, { recursive: true, force: true }));

let directory = "";
let remove = (): void => undefined;
beforeEach(() => ({ directory, remove } = freshDirectory()));
afterEach(async () => {
  await endWriters();
  remove();
});

const locks = (): string[] => entries(directory).filter((entry) => entry.endsWith(".lock"));

test("20 processes that write at the same time lose nothing, mix nothing, and leave no lock", { timeout: 60_000 }, async () => {
  const writers = Array.from({ length: 20 }, () => startWriter(program, directory, "50", "200"));
  expect(await Promise.all(writers.map(exitOf))).toEqual(writers.map(() => 0));
  const reader = openAuditReader({ directory });
  const { records, total } = await reader.list({ limit: 10_000 });
  expect(records.filter(({ record }) => record.kind === "began")).toHaveLength(20 * 50);
  expect(records.filter(({ record }) => record.kind === "ended")).toHaveLength(20 * 50);
  expect(await reader.verify()).toMatchObject({ problems: [], tornLines: 0, records: total });
  expect(locks()).toEqual([]);
});

test(
  "a log verifies at any moment while five processes write to it, the last time after they were killed",
  { timeout: 60_000 },
  async () => {
    const writers = Array.from({ length: 5 }, () => startWriter(program, directory, "0", "300", "10"));
    const ended = Promise.all(writers.map(exitOf));
    await Promise.all(writers.map(firstOutput));
    const found = [];
    for (let round = 0; round < 8; round += 1) found.push(await openAuditReader({ directory }).verify());
    for (const writer of writers) writer.kill("SIGKILL");
    await ended;
    found.push(await openAuditReader({ directory }).verify());
    expect(found.flatMap(({ problems }) => problems)).toEqual([]);
    expect(found.at(-1)?.records).toBeGreaterThan(found[0]?.records ?? 0);
  },
);

test(
  "writers killed with SIGKILL in the middle leave a log that verifies; their chains are retired and never taken over",
  { timeout: 60_000 },
  async () => {
    for (let round = 0; round < 8; round += 1) {
      const writers = [startWriter(program, directory, "0", "16000"), startWriter(program, directory, "0", "16000")];
      await Promise.all(writers.map(firstOutput));
      await delay(round * 5);
      const ended = Promise.all(writers.map(exitOf));
      for (const writer of writers) writer.kill("SIGKILL");
      await ended;
    }
    const reader = openAuditReader({ directory });
    expect((await reader.verify()).problems).toEqual([]);
    expect(locks()).toHaveLength(16);
    for (const lock of locks()) expect(lockState(join(directory, lock))).toBe("left");
    const before = lines(directory).length;
    asOneWriter(directory, 1);
    expect(lines(directory)).toHaveLength(before);
    expect(lines(directory, "chain-0017").length).toBe(3);
    expect(await reader.verify()).toMatchObject({ problems: [], chains: 17 });
  },
);

test("a retired chain's end is in the next writer's checkpoint: a cut of it is found", async () => {
  const writer = startWriter(program, directory, "0", "100");
  await firstOutput(writer);
  writer.kill("SIGKILL");
  await exitOf(writer);
  asOneWriter(directory, 1);
  execFileSync("sed", ["-i", "$d", join(directory, "chain-0001.jsonl")]);
  execFileSync("sed", ["-i", "$d", join(directory, "chain-0001.jsonl")]);
  expect((await openAuditReader({ directory }).verify()).problems[0]?.message).toContain("its end was cut off");
});

test("a lock names its writer while it lives: held", async () => {
  const writer = startWriter(program, directory, "0", "100");
  await firstOutput(writer);
  const lock = join(directory, "chain-0001.lock");
  expect(readlinkSync(lock)).toMatch(new RegExp(`^${writer.pid}:\\d+:pid:\\[\\d+\\]:[0-9a-f-]{36}$`));
  expect(lockState(lock)).toBe("held");
  writer.kill("SIGKILL");
  await exitOf(writer);
  expect(lockState(lock)).toBe("left");
});

test.skipIf(spawnSync("unshare", ["-p", "-f", "true"]).status !== 0)(
  "a lock from another PID namespace can't be judged (needs unshare)",
  async () => {
    execFileSync("unshare", [
      "-p",
      "-f",
      "--kill-child",
      process.execPath,
      "-e",
      `
    const { spawn } = require("node:child_process");
    const child = spawn(process.execPath, [${JSON.stringify(program)}, ${JSON.stringify(directory)}, "0", "100"], { stdio: ["ignore", "pipe", "inherit"] });
    child.stdout.once("data", () => child.kill("SIGKILL"));`,
    ]);
    expect(lockState(join(directory, "chain-0001.lock"))).toBe("unknown");
    asOneWriter(directory, 1);
    expect((await openAuditReader({ directory }).verify()).problems).toEqual([]);
  },
);

// Measured alone: 3 ms with all code cold, 0.4 ms warm. The bound is wide because other tests run beside this one.
test("a one-shot process does not read its whole chain again: the lowest cost of ten, with all code cold", async () => {
  asOneWriter(directory, 200);
  const costsMs: number[] = [];
  for (let run = 0; run < 10; run += 1) {
    const writer = startWriter(program, directory, "1");
    costsMs.push((JSON.parse(await firstOutput(writer)) as { costMs: number }).costMs);
    await exitOf(writer);
  }
  expect(Math.min(...costsMs)).toBeLessThan(100);
});
