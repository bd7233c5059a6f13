// The log as dispatch uses it: what is written, when it must be durable, what happens where it can't be written.

import { chmodSync, chownSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Failure } from "../../../src/base/failure.ts";
import { canonicalJson } from "../../../src/base/canonical-json.ts";
import { auditRecordSchema } from "../../../src/protocol/audit.ts";
import { openAuditLog } from "../../../src/waist/audit-log.ts";
import { openAuditReader } from "../../../src/waist/audit-reader.ts";
import { asOneWriter, done, entries, isRoot, freshDirectory, lines, logged, logRequests, parsed, text } from "./audit-rig.ts";

let directory = "";
let remove = (): void => undefined;
beforeEach(() => ({ directory, remove } = freshDirectory()));
afterEach(() => remove());

const sha256 = (line: string): string => createHash("sha256").update(line).digest("hex");
const refusal = { allowed: false, rule: "built-in: console is off", code: "level-refused", message: "no", hint: "" } as const;
const problems = async (): Promise<readonly unknown[]> => (await openAuditReader({ directory }).verify()).problems;

function failureOf(action: () => unknown): Failure {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown;
    throw thrown;
  }
  throw new Error("nothing was thrown");
}

describe("records", () => {
  test("each line is canonical JSON that carries the hash of the line before, the first that of the chain's name", () => {
    asOneWriter(directory, 3);
    let previous = sha256("chain-0001");
    lines(directory).forEach((line, index) => {
      const value = auditRecordSchema().parse(JSON.parse(line));
      expect(value.previous).toBe(previous);
      expect(value.sequence).toBe(index + 1);
      expect(canonicalJson(JSON.parse(line))).toBe(line);
      previous = sha256(line);
    });
    expect(lines(directory)).toHaveLength(6);
  });

  test("began and ended say who, what, where, why, by which rule, and how it came out", () => {
    const log = openAuditLog({ directory });
    const request = log.forRequest(logged({ level: "change", reason: "INC-7", params: { for: "10m" } }));
    expect(request.began("built-in: change with a reason")).toEqual({ written: true });
    request.ended({ outcome: "failed", code: "target-gone", durationMs: 12.34567, answerBytes: 0, pids: [7, 8] });
    log.close();
    const [began, ended] = parsed(directory);
    expect(began).toMatchObject({
      kind: "began",
      user: "alice",
      uid: 1000,
      via: "command line",
      command: "do change",
      level: "change",
      target: "shop",
    });
    expect(began).toMatchObject({ reason: "INC-7", rule: "built-in: change with a reason", params: { for: "10m" } });
    expect(ended).toMatchObject({
      kind: "ended",
      request: began?.["request"],
      outcome: "failed",
      code: "target-gone",
      durationMs: 12.346,
      pids: [7, 8],
    });
  });

  test("a refusal is one record, with its rule and message", () => {
    const log = openAuditLog({ directory });
    log.forRequest(logged({ level: "console" })).refused(refusal);
    log.close();
    expect(parsed(directory)).toMatchObject([{ kind: "refused", command: "do console", rule: refusal.rule, message: "no" }]);
  });

  test("nothing is written and nothing created for a command that is not recorded, nor before the first record", () => {
    const log = openAuditLog({ directory });
    const request = log.forRequest(logged({ level: "local", recorded: false }));
    expect(request.began("free")).toEqual({ written: true });
    request.refused(refusal);
    request.ended(done);
    log.forRequest(logged());
    log.close();
    expect(lstatSync(directory, { throwIfNoEntry: false })).toBeUndefined();
  });

  test("newlines, escapes, quotes and a __proto__ key in params stay inside one line and come back unchanged", async () => {
    const params = JSON.parse('{"a":"x\\ny\\u0000\\u001b[31m\\u202e\\ud800\\"}","__proto__":{"kind":"checkpoint"},"heads":{}}') as Record<
      string,
      unknown
    >;
    asOneWriter(directory, 2, { params, target: "a\nb\r\u2028", reason: "\u001b]0;x\u0007" });
    expect(lines(directory)).toHaveLength(4);
    expect(canonicalJson(parsed(directory)[0]?.["params"])).toBe(canonicalJson(params));
    expect(parsed(directory)[0]).toMatchObject({ target: "a\nb\r\u2028", reason: "\u001b]0;x\u0007" });
    expect(await problems()).toEqual([]);
  });

  test("params above 16 KiB are replaced by their size and hash, long texts are cut with their length, and pids are counted", async () => {
    const params = { filler: "ü".repeat(10_000) };
    const log = openAuditLog({ directory });
    const request = log.forRequest(logged({ params, reason: "r".repeat(50_000), target: "\u0000".repeat(50_000) }));
    request.began("free");
    request.ended({ ...done, pids: Array.from({ length: 10_000 }, (_, index) => index + 4_000_000) });
    log.close();
    const [began, ended] = parsed(directory);
    expect(began?.["params"]).toEqual({ omittedBytes: 20_013, omittedSha256: sha256(canonicalJson(params)) });
    expect(String(began?.["reason"])).toHaveLength(2_000 + "… (cut, 50000 characters)".length);
    expect(ended).toMatchObject({ pidsOmitted: 10_000 - 4_096 });
    for (const line of lines(directory)) expect(line.length).toBeLessThan(160 * 1024);
    expect(await problems()).toEqual([]);
  });
});

describe("files", () => {
  test("the directory is created with mode 0700 and the chain with 0600 whatever the umask, and no lock stays after the writer has closed", () => {
    const before = process.umask(0);
    asOneWriter(directory);
    process.umask(before);
    expect(lstatSync(directory).mode & 0o7777).toBe(0o700);
    expect(lstatSync(dirname(directory)).mode & 0o7777).toBe(0o700);
    expect(lstatSync(join(directory, "chain-0001.jsonl")).mode & 0o7777).toBe(0o600);
    expect(entries(directory)).toEqual(["chain-0001.jsonl"]);
  });

  test("the next writer goes on with the same chain", async () => {
    for (let index = 0; index < 5; index += 1) asOneWriter(directory);
    expect(entries(directory)).toEqual(["chain-0001.jsonl"]);
    expect(parsed(directory).map((one) => one["sequence"])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await problems()).toEqual([]);
  });

  test("a second writer at the same time takes a chain of its own", async () => {
    const first = openAuditLog({ directory });
    const second = openAuditLog({ directory });
    logRequests(first, 1);
    logRequests(second, 1);
    logRequests(first, 1);
    expect(entries(directory)).toEqual(["chain-0001.jsonl", "chain-0001.lock", "chain-0002.jsonl", "chain-0002.lock"]);
    first.close();
    second.close();
    expect(await problems()).toEqual([]);
  });

  test("a chain that was moved away under its writer is not written on: a new one begins", () => {
    const log = openAuditLog({ directory });
    logRequests(log, 1);
    rmSync(directory, { recursive: true });
    logRequests(log, 1);
    log.close();
    expect(parsed(directory)[0]).toMatchObject({ sequence: 1, kind: "began" });
  });

  test.each([
    ["a FIFO", (path: string) => execFileSync("mkfifo", [path])],
    ["a directory", (path: string) => mkdirSync(path)],
    ["a symbolic link to a device", (path: string) => symlinkSync("/dev/full", path)],
    [
      "a symbolic link to a file of one's own",
      (path: string) => (writeFileSync(`${path}.target`, "", { mode: 0o600 }), symlinkSync(`${path}.target`, path)),
    ],
    ["a file that others may write", (path: string) => (writeFileSync(path, ""), chmodSync(path, 0o666))],
  ])("%s in place of a chain does not hang or mislead the writer: it takes the next number", async (_what, put) => {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    put(join(directory, "chain-0001.jsonl"));
    asOneWriter(directory, 1, { level: "change" });
    expect(lines(directory, "chain-0002")).toHaveLength(2);
    expect(entries(directory)).toContain("chain-0001.lock");
  });

  test("a chain whose last complete line is no record is retired, so that nothing covers it up", async () => {
    asOneWriter(directory);
    writeFileSync(join(directory, "chain-0001.jsonl"), `${text(directory)}not a record\n`);
    asOneWriter(directory);
    expect(text(directory)).toMatch(/not a record\n$/);
    expect(lines(directory, "chain-0002").length).toBeGreaterThan(1);
    expect(await problems()).toMatchObject([{ chain: "chain-0001", line: 3 }]);
  });

  test("when every chain is taken it says so, with the way out", () => {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (let number = 1; number <= 9_999; number += 1)
      symlinkSync("1:2:elsewhere", join(directory, `chain-${String(number).padStart(4, "0")}.lock`));
    const failure = failureOf(() =>
      openAuditLog({ directory })
        .forRequest(logged({ level: "change" }))
        .began("x"),
    );
    expect(failure.message).toContain("all 9999 chains");
    expect(failure.hint).toContain("move");
  });
});

describe("a log that can't be written", () => {
  /** Above look it stops the request; for look it is a note; `refused` and `ended` never throw. */
  function expectUnwritable(message: RegExp): void {
    const log = openAuditLog({ directory });
    for (const level of ["inspect", "capture", "change", "console"] as const) {
      const failure = failureOf(() => log.forRequest(logged({ level })).began("x"));
      expect(failure.code).toBe("log-unwritable");
      expect(failure.message).toMatch(message);
      expect(failure.message).toContain(directory);
      expect(failure.hint).not.toBe("");
    }
    for (const level of ["local", "look"] as const) {
      const request = log.forRequest(logged({ level }));
      expect(request.began("x")).toEqual({ written: false, why: expect.stringMatching(message) });
      request.ended(done);
      request.refused(refusal);
    }
    log.close();
  }

  test("a file where the directory should be", () => {
    mkdirSync(dirname(directory), { recursive: true });
    writeFileSync(directory, "");
    expectUnwritable(/not a directory \(ENOTDIR/);
  });

  test("a FIFO where the directory should be", () => {
    mkdirSync(dirname(directory), { recursive: true });
    execFileSync("mkfifo", [directory]);
    expectUnwritable(/ENOTDIR/);
  });

  test("a directory that others may write", () => {
    mkdirSync(directory, { recursive: true });
    chmodSync(directory, 0o770);
    expectUnwritable(/can be written by others \(mode 0770\)/);
  });

  test.skipIf(!isRoot)("a directory that belongs to somebody else (needs root)", () => {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    chownSync(directory, 12_345, 12_345);
    expectUnwritable(/belongs to uid 12345/);
    expect(entries(directory)).toEqual([]);
  });

  test.skipIf(!isRoot)("a symbolic link of somebody else's, even to a directory of one's own (needs root)", () => {
    const real = join(dirname(dirname(directory)), "real");
    mkdirSync(real, { mode: 0o700 });
    mkdirSync(dirname(directory), { recursive: true });
    symlinkSync(real, directory);
    execFileSync("chown", ["-h", "12345", directory]);
    expectUnwritable(/symbolic link that belongs to uid 12345/);
    expect(entries(real)).toEqual([]);
  });

  test("one's own symbolic link to one's own directory is followed", () => {
    const real = join(dirname(dirname(directory)), "real");
    mkdirSync(real, { mode: 0o700 });
    mkdirSync(dirname(directory), { recursive: true });
    symlinkSync(real, directory);
    asOneWriter(directory);
    expect(entries(real)).toEqual(["chain-0001.jsonl"]);
  });

  test.skipIf(isRoot)("a directory without permission to write (not as root, whom no mode stops)", () => {
    mkdirSync(directory, { recursive: true });
    chmodSync(directory, 0o500);
    expectUnwritable(/permission denied \(EACCES/);
  });

  test("a directory that can't be created, because /proc allows none", () => {
    directory = "/proc/ispyd/audit";
    expectUnwritable(/ENOENT/);
  });

  describe.skipIf(!canMount())("on file systems of its own (needs the right to mount)", () => {
    const mounted: string[] = [];
    afterEach(() => mounted.splice(0).forEach((path) => execFileSync("umount", [path])));

    function mountHere(options: string): void {
      mkdirSync(directory, { recursive: true });
      execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", directory]);
      mounted.push(directory);
    }

    test("a read-only file system", () => {
      mountHere("ro,mode=700");
      expectUnwritable(/read-only file system \(EROFS/);
    });

    test("a full disk: look goes on and says so, change is refused, and what was torn is recorded once there is room again", async () => {
      mountHere("size=256k,mode=700");
      const log = openAuditLog({ directory });
      logRequests(log, 1);
      const ballast = join(directory, "ballast");
      expect(() => writeFileSync(ballast, Buffer.alloc(300_000))).toThrow(/ENOSPC/);
      const large = { params: { filler: "x".repeat(12_000) } };
      expect(log.forRequest(logged(large)).began("x")).toMatchObject({
        written: false,
        why: expect.stringContaining("no space left on device (ENOSPC"),
      });
      expect(failureOf(() => log.forRequest(logged({ ...large, level: "change" })).began("x")).message).toContain("ENOSPC");
      expect(text(directory)).not.toMatch(/\n$/);
      const torn = text(directory);
      rmSync(ballast);
      logRequests(log, 1);
      log.close();
      expect(text(directory).startsWith(torn)).toBe(true);
      expect(await openAuditReader({ directory }).verify()).toMatchObject({ problems: [], tornLines: 1, tornUnrecorded: 0, records: 5 });
    });
  });
});

function canMount(): boolean {
  const path = mkdtempSync(join(tmpdir(), "ispyd-mount-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", path], { stdio: "ignore" });
    execFileSync("umount", [path]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}
