// The commands of the plugin `logging` through the real command, compared with what logging itself says, also while the application holds its locks for ever.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { agentEnvironment, agentSocket } from "../rig/agent-client.ts";
import { startAgentServer } from "../rig/agent-server.ts";
import { environmentFor } from "../rig/environments.ts";
import { findInterpreters } from "../rig/interpreters.ts";
import { ispyd } from "../rig/ispyd.ts";
import type { ProgramRun } from "../rig/run-program.ts";
import { versionsOfFrameworks } from "../rig/scale.ts";
import { startTarget, stopTargets, type Target } from "../rig/target.ts";

type Row = Record<string, unknown>;
interface Answer {
  answers: { workers: { pid: number; label: string }[]; value: Row[] }[];
}

const program = readFileSync(join(import.meta.dirname, "../programs/python_truth.py"), "utf8");
const interpreters = versionsOfFrameworks(await findInterpreters());
const [any = interpreters[0]] = interpreters.filter(({ version }) => version === "3.11");
let auditDirectory = "";

beforeAll(() => {
  auditDirectory = mkdtempSync(join(tmpdir(), "ispyd-logging-audit-"));
});
afterAll(async () => {
  await stopTargets();
  rmSync(auditDirectory, { recursive: true, force: true });
});

const ask = (...words: string[]): Promise<ProgramRun> => ispyd(["logging", ...words, "--json"], { auditDirectory });

async function answersOf(...words: string[]): Promise<Answer["answers"]> {
  const { stdout, stderr, exitCode } = await ask(...words);
  expect(exitCode, stderr).toBe(0);
  expect(stdout).not.toContain("tr0ub4dor");
  return (JSON.parse(stdout) as Answer).answers;
}

const rowsOf = async (...words: string[]): Promise<Row[]> => (await answersOf(...words))[0]?.value ?? [];
const named = (rows: Row[], name: string): Row | undefined => rows.find((row) => row["name"] === name);

describe.each(interpreters)("CPython $full", (interpreter) => {
  let target: Target;
  let pid = "";
  let effective: Record<string, string> = {};

  beforeAll(async () => {
    target = await startTarget({ python: interpreter, program, env: agentEnvironment() });
    pid = String(target.pid);
    effective = (JSON.parse(readFileSync(join(target.directory, "truth.json"), "utf8")) as { effective: Record<string, string> }).effective;
    await agentSocket(target.pid);
  });
  afterAll(() => target.stop());

  test("loggers, handlers and effective levels are those that logging has, before and while its locks are held for ever", async () => {
    await expectTruth();
    writeFileSync(join(target.directory, "hold-logging"), "");
    await target.line(/^holds logging/);
    await expectTruth();
  });

  async function expectTruth(): Promise<void> {
    const rows = await rowsOf("loggers", pid);
    expect(Object.fromEntries(rows.slice(1).map((row) => [row["name"], row["effective"]]))).toEqual(effective);
    expect(rows[0]).toEqual({ name: "root", level: "ERROR", effective: "ERROR", handlers: 1, propagates: true, disabled: false });
    expect(named(rows, "shop.orders.lines")).toMatchObject({ level: "NOTSET", effective: "DEBUG" });
    expect(named(rows, "shop.quiet")).toMatchObject({ disabled: true });
    expect(named(rows, "shop.audit")).toMatchObject({ handlers: 1, propagates: false });
    const handlers = await rowsOf("handlers", pid);
    expect(handlers).toMatchObject([
      { loggers: "root", type: "logging.StreamHandler", level: "NOTSET", target: "stderr", formatter: "logging.Formatter" },
      { loggers: "shop.audit", type: "logging.FileHandler", target: join(target.directory, "audit.log") },
      { loggers: "shop.mail", type: "logging.handlers.SMTPHandler", target: "mail.example" },
      { loggers: "", type: "logging._StderrHandler", level: "WARNING", target: "stderr" },
    ]);
    const levels = await rowsOf("effective-levels", pid);
    const lines = {
      name: "shop.orders.lines",
      effective: "DEBUG",
      setBy: "shop.orders",
      letsThrough: "only above DEBUG: logging.disable()",
    };
    expect(named(levels, "shop.orders.lines")).toEqual(lines);
    expect(named(levels, "shop.quiet")?.["letsThrough"]).toBe("nothing: it is disabled");
    expect(named(levels, "shop.audit")).toMatchObject({ setBy: "root", letsThrough: "from ERROR" });
  }
});

test("workers of a Flask service that differ in one level are told apart, and the row is marked", async () => {
  if (any === undefined) throw new Error("no CPython 3.11 here");
  // Whichever worker is first.
  const application = `
import logging, os
from flask import Flask
app = Flask(__name__)
log = logging.getLogger("shop.orders")
try:
    os.close(os.open("first", os.O_CREAT | os.O_EXCL))
    log.setLevel("DEBUG")
except FileExistsError:
    log.setLevel("INFO")
`;
  const shop = await startAgentServer({ environment: await environmentFor(any, "web"), name: "loggingshop", application });
  const answers = await answersOf("loggers", shop.name);
  expect(answers.map(({ value }) => named(value, "shop.orders")?.["level"]).toSorted()).toEqual(["DEBUG", "INFO"]);
  expect(answers.map(({ value }) => named(value, "gunicorn.error")?.["level"])).toEqual(["INFO", "INFO"]);
  const { stdout } = await ispyd(["logging", "loggers", shop.name], { auditDirectory });
  expect(stdout).toMatch(/shop\.orders .*DEBUG/);
  expect(stdout).toMatch(/differs/);
  const [handlers] = await answersOf("handlers", shop.name);
  expect(handlers?.workers).toHaveLength(2);
  expect(handlers?.value.find(({ loggers }) => loggers === "gunicorn.error")).toMatchObject({ target: "stderr" });
});
