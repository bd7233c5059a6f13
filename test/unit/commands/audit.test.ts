// `audit list`, `verify` and `export` on real logs: what they answer and how it is drawn.

import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { z } from "zod";
import { Failure } from "../../../src/base/failure.ts";
import { run as exportRun } from "../../../src/commands/audit-export.ts";
import { run as listRun } from "../../../src/commands/audit-list.ts";
import { run as verifyRun } from "../../../src/commands/audit-verify.ts";
import exportRecord from "../../../src/protocol/commands/audit-export.ts";
import listRecord from "../../../src/protocol/commands/audit-list.ts";
import verifyRecord from "../../../src/protocol/commands/audit-verify.ts";
import type { CommandRecord } from "../../../src/protocol/command.ts";
import type { Context, Handler, Note } from "../../../src/protocol/request.ts";
import { openAuditLog } from "../../../src/waist/audit-log.ts";
import { openAuditReader } from "../../../src/waist/audit-reader.ts";
import { asOneWriter, done, freshDirectory, logged, parsed, rewriteLines, text } from "../waist/audit-rig.ts";

let directory = "";
let remove = (): void => undefined;
let notes: Note[] = [];
beforeEach(() => {
  ({ directory, remove } = freshDirectory());
  notes = [];
});
afterEach(() => remove());

function context(): Context {
  return {
    signal: new AbortController().signal,
    deadlineMs: 0,
    caller: { uid: 0, user: "root", via: "command line" },
    target: undefined,
    through: undefined,
    catalogue: new Map(),
    settings: { services: [], sources: [] },
    audit: openAuditReader({ directory }),
    note: (note) => void notes.push(note),
    touched: () => undefined,
    refused: () => undefined,
    progress: () => undefined,
  };
}

/** As dispatch does it: params through the schema, the result through its own. */
async function ask<Params extends z.ZodObject, Result extends z.ZodType>(
  record: CommandRecord<Params, Result>,
  run: Handler<CommandRecord<Params, Result>>,
  params: Record<string, unknown> = {},
): Promise<z.output<Result>> {
  const result = await run(record.params.parse(params), context());
  return record.result.parse(result);
}

const list = (params = {}) => ask(listRecord, listRun, params);
const exported = async (params = {}) => (await ask(exportRecord, exportRun, params)).text;

test.each([listRecord, verifyRecord, exportRecord])("$name is local, has no target and is recorded", (record) => {
  expect(record).toMatchObject({ level: "local", target: "none", recorded: true });
});

describe("audit list", () => {
  test("gives the newest records in order of time, with how many there are", async () => {
    asOneWriter(directory, 40);
    const { records, total } = await list();
    expect(total).toBe(80);
    expect(records.map(({ record }) => record.sequence)).toEqual(Array.from({ length: 50 }, (_, index) => index + 31));
    expect((await list({ limit: 3 })).records.map(({ record }) => record.sequence)).toEqual([78, 79, 80]);
  });

  test("a command or user takes its ends along, and nothing else", async () => {
    asOneWriter(directory, 2);
    asOneWriter(directory, 1, { level: "change", user: "bob" });
    expect((await list({ command: "do change" })).records.map(({ record }) => record.kind)).toEqual(["began", "ended"]);
    expect((await list({ user: "alice" })).total).toBe(4);
    expect((await list({ user: "alice", command: "do change" })).total).toBe(0);
  });

  test("records of all chains are merged by time", async () => {
    const first = openAuditLog({ directory });
    const second = openAuditLog({ directory });
    for (const log of [first, second, first, second]) {
      log.forRequest(logged()).began("x");
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    first.close();
    second.close();
    const begun = (await list()).records.filter(({ record }) => record.kind === "began");
    expect(begun.map(({ chain }) => chain)).toEqual(["chain-0001", "chain-0002", "chain-0001", "chain-0002"]);
  });

  test("since leaves out what is older, and refuses what is no duration", async () => {
    asOneWriter(directory, 1);
    expect((await list({ since: "10m" })).total).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect((await list({ since: "1ms" })).total).toBe(0);
    expect(() => listRecord.params.parse({ since: "yesterday" })).toThrow(/not a duration/);
  });

  test("lines that can't be parsed are left out", async () => {
    asOneWriter(directory, 2);
    rewriteLines(directory, (before) => ["garbage", ...before, "{}", "null", '{"kind":"began"}']);
    expect((await list()).total).toBe(4);
  });

  test("is drawn with one row for each request; one that has no end says so", async () => {
    const log = openAuditLog({ directory });
    const request = log.forRequest(logged({ level: "change", reason: "INC-7" }));
    request.began("x");
    request.ended({ ...done, outcome: "failed", code: "target-gone" });
    log.forRequest(logged()).began("x");
    log
      .forRequest(logged({ level: "console" }))
      .refused({ allowed: false, rule: "r", code: "level-refused", message: "not allowed", hint: "" });
    log.close();
    const [view] = listRecord.view(await list(), listRecord.params.parse({}));
    if (view?.shape !== "table") throw new Error("no table");
    const cells = view.rows.map((row) => row.map((cell) => (typeof cell === "string" ? cell : cell.text)).slice(1));
    expect(cells).toEqual([
      ["alice", "do change", "shop", "change", "failed: target-gone", "2 ms", "INC-7"],
      ["alice", "threads", "shop", "look", "no end", "", ""],
      ["alice", "do console", "shop", "console", "refused", "", "not allowed"],
    ]);
  });

  test("a log that does not exist is an empty list", async () => {
    expect(await list()).toEqual({ directory, total: 0, records: [] });
  });
});

describe("audit verify", () => {
  const verify = () => ask(verifyRecord, verifyRun);

  test("claims no more than it checked", async () => {
    asOneWriter(directory, 2);
    const drawn = async () => JSON.stringify(verifyRecord.view(await verify(), {}));
    expect(await drawn()).toContain("no checkpoint in another place, so a cut end would not show");
    const first = openAuditLog({ directory });
    first.forRequest(logged()).began("x");
    asOneWriter(directory, 1);
    first.forRequest(logged()).began("x");
    first.close();
    expect(await drawn()).toContain("no edit found before the last checkpoint in another place");
    truncateSync(join(directory, "chain-0001.jsonl"), text(directory).length - 20);
    expect(await drawn()).toContain("torn, not yet recorded");
  });

  test("problems are a failure with exit code 1 that lists the first of them", async () => {
    asOneWriter(directory, 10);
    rewriteLines(directory, (before) => before.map((line, index) => (index % 2 === 0 ? line.replace("alice", "mallo") : line)));
    const failure = await verify().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(failure instanceof Failure)) throw new Error("no failure");
    expect(failure).toMatchObject({ code: "log-broken", exitCode: 1 });
    expect(failure.message).toContain(
      `the audit log in ${directory} does not verify in 10 places: chain-0001 line 2: record 2 does not carry the hash of record 1`,
    );
    expect(failure.message).toMatch(/; and 5 more$/);
  });
});

describe("audit export", () => {
  const hostile = { target: '=HYPERLINK("http://x","y")', reason: "a\nb,\u001b[31m\u202e\u009b", user: "@SUM(A1)" };

  test("JSON Lines are printable ASCII and give each record unchanged", async () => {
    asOneWriter(directory, 2, hostile);
    const lines = await exported();
    expect(lines).toMatch(/^[\x20-\x7e\n]*$/);
    const records = lines
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { chain: string; record: unknown });
    expect(records.map(({ record }) => record)).toEqual(parsed(directory));
    expect(records[0]?.chain).toBe("chain-0001");
  });

  test("CSV has one line for each record, guarded against formulas, without control characters", async () => {
    asOneWriter(directory, 1, hostile);
    const rows = (await exported({ format: "csv" })).trimEnd().split("\n");
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatch(/^time,chain,sequence,kind,request,user,/);
    expect(rows[1]).toContain(`,'@SUM(A1),`);
    expect(rows[1]).toContain(`,"'=HYPERLINK(""http://x"",""y"")",`);
    expect(rows[1]).toContain(String.raw`,"a\x0ab,\x1b[31m\u202e\x9b",`);
  });

  test.each(["=1", "+1", "-1", "@x", " =1", "\t=1", "＝1"])("a cell that begins with %j is no formula", async (target) => {
    asOneWriter(directory, 1, { target });
    expect((await exported({ format: "csv" })).split("\n")[1]).not.toMatch(/,"?\s*[=+\-@＝]/);
  });

  test("a limit gives the newest ones; without one nothing is cut in silence", async () => {
    asOneWriter(directory, 5);
    expect((await exported({ limit: 2 })).trimEnd().split("\n")).toHaveLength(2);
    expect(notes).toEqual([]);
    const line = text(directory).split("\n")[0] ?? "";
    writeFileSync(join(directory, "chain-0001.jsonl"), `${line}\n`.repeat(100_001));
    expect((await exported()).trimEnd().split("\n")).toHaveLength(100_000);
    expect(notes).toMatchObject([{ partial: true, message: "only the newest 100000 of 100001 records were exported" }]);
  });
});
