// What the audit log says of commands that read values: how much was hidden, at the source too, and who refused.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findInterpreters } from "../rig/interpreters.ts";
import { ispyd } from "../rig/ispyd.ts";
import { freePort } from "../rig/ports.ts";
import { startTarget, stopTargets, type Target } from "../rig/target.ts";

interface Redaction {
  rule: string;
  count: number;
}

interface Ended {
  kind: string;
  outcome?: string;
  code?: string;
  message?: string;
  pids?: number[];
  pidsRefused?: number[];
  redactions?: Redaction[];
}

// The thread's name is hidden in the last pass over the answer, the variables and headers at the source.
const program = `
import sys, threading, time
from wsgiref.simple_server import make_server
threading.current_thread().name = "postgres://u:sesame9Zq@h/"
def wait(password, api_key):
    credentials = {"user": "ann", "key": ["sesame7Zq"]}
    time.sleep(600)
def app(environ, start_response):
    if environ["PATH_INFO"] != "/":
        wait("sesame1Zq", "sesame2Zq")
    start_response("200 OK", [])
    return [b"done"]
server = make_server("127.0.0.1", int(sys.argv[1]), app)
print("ready", flush=True)
server.serve_forever()
`;

const python = (await findInterpreters()).findLast(({ freeThreaded }) => !freeThreaded)?.path ?? "";
let auditDirectory = "";

beforeEach(() => void (auditDirectory = mkdtempSync(join(tmpdir(), "ispyd-audit-"))));
afterEach(async () => {
  await stopTargets();
  rmSync(auditDirectory, { recursive: true, force: true });
});

function logText(): string {
  const files = readdirSync(auditDirectory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8")).join("");
}

async function records(command: string): Promise<Ended[]> {
  const { stdout } = await ispyd(["audit", "list", "--json", "--command", command], { auditDirectory });
  return (JSON.parse(stdout) as { records: { record: Ended }[] }).records.map(({ record }) => record);
}

async function startHanging(env: Record<string, string> = {}): Promise<Target> {
  const port = await freePort();
  const target = await startTarget({ python, program, args: [String(port)], env });
  const headers = { authorization: "Bearer sesame3Zqsesame3Zq", "x-api-key": "sesame4Zq", cookie: "sid=sesame5Zq" };
  const sent = request(`http://127.0.0.1:${port}/orders?password=sesame6Zq`, { headers, agent: false });
  sent.on("error", () => undefined);
  sent.end();
  await expect.poll(async () => (await ispyd(["requests", String(target.pid), "--json"])).stdout, { timeout: 10_000 }).toContain('"GET"');
  return target;
}

function countOf(redactions: readonly Redaction[] | undefined): number {
  return (redactions ?? []).reduce((sum, { count }) => sum + count, 0);
}

const readers = [
  // A dict that is hidden with all that it holds counts as one.
  { command: "locals", options: [], hidden: "name: credential" },
  { command: "requests", options: ["--values"], hidden: "name: cookie" },
] as const;

test.each(readers)("$command: what was hidden at the source is counted", async ({ command, options, hidden }) => {
  const { pid } = await startHanging();
  const { stdout, stderr, exitCode } = await ispyd([command, String(pid), ...options, "--json", "--reason", "a test"], { auditDirectory });
  expect([0, 5], stderr).toContain(exitCode);
  const answered = (JSON.parse(stdout) as { redactions: Redaction[] }).redactions;
  expect(countOf(answered)).toBeGreaterThan(1);
  const ended = (await records(command)).find(({ kind }) => kind === "ended");
  const logged = new Map(ended?.redactions?.map(({ rule, count }) => [rule, count]));
  for (const { rule, count } of answered) expect(logged.get(rule), rule).toBeGreaterThanOrEqual(count);
  expect(logged.get(hidden)).toBe(1);
  expect(stdout + logText()).not.toContain("sesame");
});

test("what is hidden only in the last pass is added to it", async () => {
  const { pid } = await startHanging();
  const { stdout } = await ispyd(["requests", String(pid), "--values", "--json", "--reason", "a test"], { auditDirectory });
  const atSource = countOf((JSON.parse(stdout) as { redactions: Redaction[] }).redactions);
  const ended = (await records("requests")).find(({ kind }) => kind === "ended");
  expect(countOf(ended?.redactions)).toBeGreaterThan(atSource);
  const { redactions } = JSON.parse((await ispyd(["requests", String(pid), "--json"])).stdout) as { redactions: Redaction[] };
  expect(redactions).toEqual([]);
});

test.each(readers)("$command: the owner's ceiling refuses, and the log says so", async ({ command, options }) => {
  const { pid } = await startHanging({ ISPYD_CEILING: "look" });
  const { exitCode } = await ispyd([command, String(pid), ...options, "--reason", "a test"], { auditDirectory });
  expect(exitCode).toBe(3);
  const ended = (await records(command)).find(({ kind }) => kind === "ended");
  expect(ended).toMatchObject({ outcome: "refused", code: "level-refused", pidsRefused: [pid] });
  expect(ended?.message).toContain("ISPYD_CEILING in its environment");
  expect((await ispyd(["audit", "verify"], { auditDirectory })).exitCode).toBe(0);
  expect((await ispyd(["audit", "list"], { auditDirectory })).stdout).toContain("refused: level-refused");
});

// The child narrows its own ceiling, as a worker may.
const forking = `
import os, socket, sys, time
listening = socket.create_server(("127.0.0.1", int(sys.argv[1])))
if os.fork() == 0:
    os.environ["ISPYD_CEILING"] = "look"
    print("ready", os.getpid(), flush=True)
time.sleep(600)
`;

test("where one process of a service is refused and another answers, the log names the one", async () => {
  const port = await freePort();
  const target = await startTarget({ python, program: forking, args: [String(port)] });
  const child = Number((await target.line(/^ready/)).split(" ")[1]);
  const { exitCode, stderr } = await ispyd(["locals", `:${port}`, "--reason", "a test"], { auditDirectory });
  expect(exitCode, stderr).toBe(5);
  const ended = (await records("locals")).find(({ kind }) => kind === "ended");
  expect(ended).toMatchObject({ outcome: "partial", pidsRefused: [child] });
  expect(ended?.pids).toEqual(expect.arrayContaining([target.pid, child]));
});

test("a secret that somebody typed into a reason or an option is not kept", async () => {
  const target = await startTarget({ python, program: "import time\nprint('ready', flush=True)\ntime.sleep(600)\n" });
  const reason = "password=sesame3Zq of ann@example.org does not work";
  await ispyd(["locals", String(target.pid), "--thread", "postgres://u:sesame4Zq@h/", "--reason", reason], { auditDirectory });
  await ispyd(["threads", "token=sesame5Zq"], { auditDirectory });
  expect(logText()).toContain("does not work");
  expect(logText()).toContain("postgres://u:<hidden: password in a URL");
  expect(logText()).not.toMatch(/sesame|ann@/);
});
