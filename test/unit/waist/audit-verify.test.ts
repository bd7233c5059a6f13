// `verify` against everything that one can do to the files: what it must find, what it must not call tampering, and what it can't see.

import { execFileSync, spawnSync } from "node:child_process";
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  statSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { canonicalJson } from "../../../src/base/canonical-json.ts";
import { ownLockText } from "../../../src/waist/audit-lock.ts";
import { openAuditLog } from "../../../src/waist/audit-log.ts";
import { openAuditReader } from "../../../src/waist/audit-reader.ts";
import { verifyLog, type LogVerification } from "../../../src/waist/audit-verify.ts";
import { asOneWriter, entries, freshDirectory, lines, logRequests, parsed, rewrite, rewriteLines, text } from "./audit-rig.ts";

let directory = "";
let remove = (): void => undefined;
beforeEach(() => ({ directory, remove } = freshDirectory()));
afterEach(() => {
  vi.useRealTimers();
  remove();
});

const verify = (): Promise<LogVerification> => openAuditReader({ directory }).verify();
const file = (chain: string): string => join(directory, `${chain}.jsonl`);
const sha256 = (line: string): string => createHash("sha256").update(line).digest("hex");

/** chain-0002 with four records, then chain-0001 with a checkpoint that saw them, as when two writers overlap. */
function twoChains(): void {
  const first = openAuditLog({ directory });
  logRequests(first, 1);
  const second = openAuditLog({ directory });
  logRequests(second, 2);
  first.close();
  second.close();
  asOneWriter(directory, 1);
}

/** A chain written anew with right hashes throughout, as somebody who knows the form would. */
function forge(records: Record<string, unknown>[], chain: string): string {
  let previous = sha256(chain);
  return records
    .map((one, index) => {
      const line = canonicalJson({ ...one, sequence: index + 1, previous });
      previous = sha256(line);
      return `${line}\n`;
    })
    .join("");
}

describe("one chain", () => {
  beforeEach(() => asOneWriter(directory, 4));

  test("as it was written it verifies", async () => {
    expect(await verify()).toEqual({ directory, chains: 1, records: 8, checkpoints: 0, tornLines: 0, tornUnrecorded: 0, problems: [] });
  });

  test("any single byte changed in any line but the last is found", async () => {
    const original = text(directory);
    const end = original.lastIndexOf("\n", original.length - 2);
    for (let at = 0; at <= end; at += 7) {
      const bytes = Buffer.from(original);
      bytes[at] = (bytes[at] ?? 0) ^ 0x01;
      writeFileSync(file("chain-0001"), bytes);
      expect((await verify()).problems, `byte ${at}`).not.toEqual([]);
    }
  });

  test("a value edited in place is found at the next line, and reported once", async () => {
    rewriteLines(directory, (before) => before.map((line, index) => (index === 2 ? line.replace("alice", "mallo") : line)));
    expect((await verify()).problems).toEqual([
      { chain: "chain-0001", line: 4, message: "record 4 does not carry the hash of record 3: one of the two was edited" },
    ]);
  });

  test.each([
    ["a removed line", (before: string[]) => before.toSpliced(3, 1), 4, /record 5 follows record 3: what stood between them was removed/],
    ["the first line removed", (before: string[]) => before.slice(1), 1, /record 2 follows record 0/],
    [
      "two lines swapped",
      (before: string[]) => [...before.slice(0, 2), before[3] ?? "", before[2] ?? "", ...before.slice(4)],
      3,
      /removed or moved/,
    ],
    ["a line repeated", (before: string[]) => before.toSpliced(3, 0, before[2] ?? ""), 4, /lines were moved or repeated/],
    ["a line that is no record, put between", (before: string[]) => before.toSpliced(3, 0, "{}"), 4, /no whole record/],
    ["an empty line put between", (before: string[]) => before.toSpliced(3, 0, ""), 4, /no whole record/],
    [
      "blanks added to a line",
      (before: string[]) => before.map((line, index) => (index === 7 ? line.replace(",", ", ") : line)),
      8,
      /no whole record/,
    ],
    ["a line of 3 MB", (before: string[]) => before.toSpliced(3, 0, "x".repeat(3_000_000)), 4, /no whole record/],
  ])("%s is found", async (_what, change, line, message) => {
    rewriteLines(directory, change);
    expect((await verify()).problems[0]).toEqual({ chain: "chain-0001", line, message: expect.stringMatching(message) });
  });

  test("a chain that passes for another one is found", async () => {
    copyFileSync(file("chain-0001"), file("chain-0002"));
    expect((await verify()).problems).toEqual([
      { chain: "chain-0002", line: 1, message: expect.stringContaining("comes from another one") },
    ]);
  });

  test("hostile files end in problems, not in a hang or a crash", async () => {
    execFileSync("mkfifo", [file("chain-0002")]);
    mkdirSync(file("chain-0003"));
    symlinkSync("/dev/zero", file("chain-0004"));
    writeFileSync(file("chain-0005"), Buffer.alloc(5_000_000));
    writeFileSync(file("chain-0006"), `${"[".repeat(500_000)}\n`);
    writeFileSync(file("chain-0007"), '{"heads":{"../../etc/passwd":{"sequence":1,"sha256":"x"}}}\n');
    const { problems } = await verify();
    expect(problems.map(({ chain }) => chain)).toEqual(["chain-0002", "chain-0003", "chain-0004", "chain-0006", "chain-0007"]);
    expect(await openAuditReader({ directory }).list({ limit: 10 })).toMatchObject({ total: 8 });
  });

  test("ten thousand broken lines are listed up to a bound", async () => {
    appendFileSync(file("chain-0001"), lines(directory).slice(0, 1).join("").concat("\n").repeat(10_000));
    expect((await verify()).problems).toHaveLength(1_000);
  });

  test("a read that was given up ends", async () => {
    await expect(openAuditReader({ directory }).verify({ signal: AbortSignal.abort() })).rejects.toThrow();
  });
});

describe("torn lines", () => {
  beforeEach(() => asOneWriter(directory, 2));

  test("a torn last line is torn, not yet recorded, and no problem", async () => {
    for (const cut of [1, 2, 50, 150]) {
      const before = text(directory);
      truncateSync(file("chain-0001"), statSync(file("chain-0001")).size - cut);
      const whole = cut === 1;
      expect(await verify(), `cut by ${cut}`).toMatchObject({ problems: [], tornLines: whole ? 0 : 1, tornUnrecorded: whole ? 0 : 1 });
      writeFileSync(file("chain-0001"), before);
    }
  });

  test("the next writer leaves the torn bytes as they are and records their size and hash", async () => {
    truncateSync(file("chain-0001"), statSync(file("chain-0001")).size - 50);
    const before = text(directory);
    const torn = lines(directory).at(-1) ?? "";
    asOneWriter(directory, 1);
    expect(text(directory).startsWith(`${before}\n`)).toBe(true);
    const record = JSON.parse(lines(directory)[4] ?? "") as Record<string, unknown>;
    expect(record).toMatchObject({
      kind: "torn",
      sequence: 4,
      tornBytes: torn.length,
      tornSha256: sha256(torn),
      previous: sha256(lines(directory)[2] ?? ""),
    });
    expect(await verify()).toMatchObject({ problems: [], tornLines: 1, tornUnrecorded: 0, records: 6 });
  });

  test("every length of a torn line is survived, and nothing whole before it is lost", async () => {
    const original = readFileSync(file("chain-0001"));
    const start = original.lastIndexOf("\n", original.length - 2) + 1;
    for (let length = start; length < original.length; length += 1) {
      writeFileSync(file("chain-0001"), original.subarray(0, length));
      asOneWriter(directory, 1);
      expect(await verify(), `length ${length}`).toMatchObject({ problems: [] });
      expect(readFileSync(file("chain-0001")).subarray(0, length).equals(original.subarray(0, length))).toBe(true);
    }
  });

  test("a torn record that was torn itself, and zeros as after a power loss, are accounted for", async () => {
    truncateSync(file("chain-0001"), statSync(file("chain-0001")).size - 50);
    appendFileSync(file("chain-0001"), '\n{"kind":"torn","prev');
    asOneWriter(directory, 1);
    appendFileSync(file("chain-0001"), Buffer.alloc(3_000));
    asOneWriter(directory, 1);
    expect(await verify()).toMatchObject({ problems: [], tornLines: 2, chains: 1 });
  });

  test("a file that holds nothing but a torn line is gone on with", async () => {
    writeFileSync(file("chain-0001"), '{"command":"thr');
    asOneWriter(directory, 1);
    expect(await verify()).toMatchObject({ problems: [], tornLines: 1, records: 3, chains: 1 });
  });

  test.each([
    [
      "the torn bytes edited afterwards",
      (before: string[]) => before.map((line, index) => (index === 3 ? line.replace("d", "D") : line)),
      /edited after it was recorded/,
    ],
    ["the torn line removed", (before: string[]) => before.toSpliced(3, 1), /there is none before it/],
    ["the torn record removed", (before: string[]) => before.toSpliced(4, 1), /no torn record accounts for it/],
  ])("%s is found", async (_what, change, message) => {
    truncateSync(file("chain-0001"), statSync(file("chain-0001")).size - 50);
    asOneWriter(directory, 2);
    rewriteLines(directory, change);
    expect((await verify()).problems[0]?.message).toMatch(message);
  });
});

describe("checkpoints", () => {
  beforeEach(twoChains);

  test("a writer that finds a chain new to it notes its head, and the log verifies", async () => {
    const checkpoint = parsed(directory).find((one) => one["kind"] === "checkpoint");
    expect(checkpoint?.["heads"]).toEqual({ "chain-0002": { sequence: 5, sha256: sha256(lines(directory, "chain-0002")[4] ?? "") } });
    expect(await verify()).toMatchObject({ problems: [], chains: 2, checkpoints: 2 });
  });

  test("a cut tail that a checkpoint had seen is found", async () => {
    rewriteLines(directory, (before) => before.slice(0, 3), "chain-0002");
    expect((await verify()).problems).toEqual([
      {
        chain: "chain-0002",
        line: 3,
        message:
          "a checkpoint (chain-0001 line 3) saw record 5, and the chain ends at record 3: its end was cut off, or lost when the machine lost power",
      },
    ]);
  });

  test("a record that was torn after a checkpoint had seen it is a cut tail", async () => {
    truncateSync(file("chain-0002"), statSync(file("chain-0002")).size - 20);
    expect((await verify()).problems).toMatchObject([
      { chain: "chain-0002", message: expect.stringContaining("saw record 5, and the chain ends at record 4") },
    ]);
  });

  test("a cut tail is still found after the chain was gone on with", async () => {
    rewriteLines(directory, (before) => before.slice(0, 3), "chain-0002");
    const first = openAuditLog({ directory });
    logRequests(first, 1);
    asOneWriter(directory, 5);
    first.close();
    expect((await verify()).problems[0]).toMatchObject({
      chain: "chain-0002",
      message: expect.stringContaining("saw record 5 with another content"),
    });
  });

  test("a chain rewritten as a whole with right hashes is found", async () => {
    const forged = parsed(directory, "chain-0002").map((one) => ({ ...one, ...(one["user"] === undefined ? {} : { user: "mallory" }) }));
    writeFileSync(file("chain-0002"), forge(forged, "chain-0002"));
    expect((await verify()).problems).toEqual([{ chain: "chain-0002", line: 5, message: expect.stringContaining("another content") }]);
  });

  test("the last record edited is found where a checkpoint had seen it", async () => {
    rewrite(directory, (before) => before.replace(/"answerBytes":10(?=[^\n]*\n$)/, '"answerBytes":11'), "chain-0002");
    expect((await verify()).problems).toHaveLength(1);
  });

  test.each([
    ["deleted", () => rmSync(file("chain-0002")), /chain-0002.jsonl is missing: a checkpoint \(chain-0001 line 3\) saw its record 5/],
    ["renamed", () => renameSync(file("chain-0002"), join(directory, "chain-0002.old")), /missing/],
    ["emptied", () => truncateSync(file("chain-0002"), 0), /ends at record 0/],
    ["replaced by a FIFO", () => (rmSync(file("chain-0002")), execFileSync("mkfifo", [file("chain-0002")])), /no regular file/],
  ])("a chain that was %s is found", async (_what, damage, message) => {
    damage();
    expect((await verify()).problems.at(-1)?.message).toMatch(message);
  });

  test("a cut that no checkpoint has seen is not found: verify can say no more than it knows", async () => {
    rewriteLines(directory, (before) => before.slice(0, -1));
    expect((await verify()).problems).toEqual([]);
  });

  const checkpoints = (): number => parsed(directory).filter((one) => one["kind"] === "checkpoint").length;
  /** Lets chain-0002 grow while chain-0001 is held. */
  const moveSecond = (): void => {
    const first = openAuditLog({ directory });
    logRequests(first, 1);
    asOneWriter(directory, 1);
    first.close();
  };

  test("while the other chains stand still none is written again, until the last one lies too far back to be found: one in 64 KiB", async () => {
    const before = checkpoints();
    for (let index = 0; index < 60; index += 1) asOneWriter(directory, 1);
    expect(checkpoints()).toBe(before);
    for (let index = 0; index < 60; index += 1) asOneWriter(directory, 1);
    expect(statSync(file("chain-0001")).size).toBeGreaterThan(65_536);
    expect(checkpoints()).toBe(before + 1);
    expect((await verify()).problems).toEqual([]);
  });

  test("where another chain moved, the next checkpoint comes after 100 records", async () => {
    moveSecond();
    const before = checkpoints();
    asOneWriter(directory, 1);
    expect(checkpoints()).toBe(before);
    for (let index = 0; index < 50; index += 1) asOneWriter(directory, 1);
    expect(checkpoints()).toBe(before + 1);
    expect((await verify()).problems).toEqual([]);
  });

  test("where another chain moved, the next checkpoint comes after an hour", () => {
    moveSecond();
    const before = checkpoints();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_001 });
    asOneWriter(directory, 1);
    expect(checkpoints()).toBe(before + 1);
  });

  test("a chain that the last checkpoint did not know is noted at once", () => {
    const before = checkpoints();
    const logs = [1, 2, 3].map(() => openAuditLog({ directory }));
    for (const log of logs) logRequests(log, 1);
    for (const log of logs) log.close();
    expect(checkpoints()).toBe(before);
    asOneWriter(directory, 1);
    expect(checkpoints()).toBe(before + 1);
  });

  test("a chain that moved and whose writer was killed since is noted at once", () => {
    moveSecond();
    const before = checkpoints();
    const pid = spawnSync("true").pid;
    symlinkSync(ownLockText().replace(/^\d+/, String(pid)), join(directory, "chain-0002.lock"));
    asOneWriter(directory, 1);
    expect(checkpoints()).toBe(before + 1);
    asOneWriter(directory, 1);
    expect(checkpoints()).toBe(before + 1);
  });

  test("with room for only one claim in memory the same is found, in more passes", async () => {
    for (let index = 0; index < 3; index += 1) {
      const first = openAuditLog({ directory });
      logRequests(first, 60);
      asOneWriter(directory, 60);
      first.close();
    }
    rewriteLines(directory, (before) => before.slice(0, 3), "chain-0002");
    const chains = ["chain-0001", "chain-0002"];
    const whole = await verifyLog({ directory, chains });
    const pieces = await verifyLog({ directory, chains, claimsPerPass: 1 });
    expect(whole.problems.length).toBeGreaterThan(0);
    expect({ ...pieces, problems: pieces.problems.length }).toEqual({ ...whole, problems: whole.problems.length });
  });
});

test("a log that does not exist is empty; other files in the directory are not its business", async () => {
  expect(await verify()).toMatchObject({ chains: 0, records: 0, problems: [] });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(join(directory, "notes.txt"), "x");
  expect(entries(directory)).toEqual(["notes.txt"]);
  expect(await verify()).toMatchObject({ chains: 0, problems: [] });
});

test("a directory that can't be read is a failure with its reason", async () => {
  mkdirSync(join(directory, ".."), { recursive: true });
  writeFileSync(directory, "");
  await expect(verify()).rejects.toThrow(/can't be read: ENOTDIR/);
});
