// The commands of the plugin `process` through the real agent in real gunicorn workers: who answers, who can't and why, what is hidden and what is logged.

import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AgentServer, startAgentServer } from "../rig/agent-server.ts";
import { environmentFor } from "../rig/environments.ts";
import { findInterpreters } from "../rig/interpreters.ts";
import { ispyd, ispydPath } from "../rig/ispyd.ts";
import type { ProgramRun } from "../rig/run-program.ts";
import { versionsOfFrameworks } from "../rig/scale.ts";
import { startTarget, stopTargets } from "../rig/target.ts";

interface AgentAnswer {
  answers: { workers: { pid: number; label: string }[]; value: unknown; durationMs: number }[];
  silent: { pid: number; label: string; why: string; remedy: string }[];
  redactions: { rule: string; count: number }[];
}

const isRoot = process.getuid?.() === 0;
const agentDirectory = resolve("agent");
const interpreters = versionsOfFrameworks(await findInterpreters());
const [any = interpreters[0]] = interpreters.filter(({ version }) => version === "3.11");
let auditDirectory = "";

beforeAll(() => {
  auditDirectory = mkdtempSync(join(tmpdir(), "ispyd-process-audit-"));
});
afterAll(async () => {
  await stopTargets();
  rmSync(auditDirectory, { recursive: true, force: true });
});

function parsed({ stdout, stderr }: ProgramRun): AgentAnswer {
  if (stdout === "") throw new Error(`no answer: ${stderr}`);
  return JSON.parse(stdout) as AgentAnswer;
}

function failureIn({ stderr }: ProgramRun): { code: string; message: string; hint: string } {
  return (JSON.parse(stderr) as { error: { code: string; message: string; hint: string } }).error;
}

const ask = (...words: string[]): Promise<ProgramRun> => ispyd([...words, "--json"], { auditDirectory });

async function server(
  name: string,
  options: { env?: Record<string, string>; wrapper?: string[]; workers?: number } = {},
): Promise<AgentServer> {
  if (any === undefined) throw new Error("no CPython 3.11 here");
  return startAgentServer({ environment: await environmentFor(any, "web"), name, ...options });
}

describe.each(interpreters)("CPython $full", (interpreter) => {
  test("cwd is what /proc says, once for all workers that agree; the arbiter is not asked", async () => {
    const name = `agentshop${interpreter.version.replace(".", "")}`;
    const environment = await environmentFor(interpreter, "web");
    const shop = await startAgentServer({ environment, name });
    const run = await ask("process", "cwd", name);
    expect(run.exitCode, run.stderr).toBe(0);
    const { answers, silent } = parsed(run);
    const [first = 0] = shop.workers();
    expect(answers).toMatchObject([{ value: readlinkSync(`/proc/${first}/cwd`) }]);
    expect(answers[0]?.workers.map(({ pid }) => pid).toSorted((a, b) => a - b)).toEqual(shop.workers());
    expect(answers[0]?.workers.map(({ label }) => label)).toEqual([`${name}/1`, `${name}/2`]);
    expect(silent).toEqual([]);
    const pids = parsed(await ask("process", "pid", name)).answers;
    expect(pids.map(({ value }) => value)).toEqual(pids.map(({ workers }) => workers[0]?.pid));
    expect(pids).toHaveLength(2);
    await shop.stop();
  });
});

describe("a service whose workers hold the agent", () => {
  let shop: AgentServer;
  beforeAll(async () => {
    shop = await server("processshop", { env: { SHOP_SECRET_KEY: "tr0ub4dor-and-3", SHOP_COLOUR: "green" }, workers: 3 });
  });

  test("the arbiter alone is refused with the name of its service", async () => {
    const arbiter = /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${shop.workers()[0]}/status`, "utf8"))?.[1] ?? "";
    expect(failureIn(await ask("cwd", arbiter))).toMatchObject({
      code: "no-agent",
      hint: `name the service, ${shop.name}, or one of its workers`,
    });
  });

  test("a short name does where no other command has it", async () => {
    const { stdout } = await ispyd(["cwd", `${shop.name}/1`]);
    expect(stdout).toBe(`${readlinkSync(`/proc/${shop.workers()[0]}/cwd`)}\n`);
  });

  test("a stopped worker is named with the reason, the others answer", async () => {
    const [, stopped = 0] = shop.workers();
    process.kill(stopped, "SIGSTOP");
    try {
      const run = await ask("cwd", shop.name);
      expect(run.exitCode).toBe(5);
      const { answers, silent } = parsed(run);
      expect(answers[0]?.workers.map(({ pid }) => pid)).toEqual(shop.workers().filter((pid) => pid !== stopped));
      expect(silent).toMatchObject([{ pid: stopped, remedy: `kill -CONT ${stopped} lets it run on` }]);
      expect(silent[0]?.why).toContain("the process is stopped");
      const alone = await ask("cwd", String(stopped));
      expect(alone.exitCode).toBe(4);
      expect(failureIn(alone).code).toBe("agent-silent");
    } finally {
      process.kill(stopped, "SIGCONT");
    }
    expect((await ask("cwd", shop.name)).exitCode).toBe(0);
  });

  test("the environment needs a reason, and its secrets stay in the process", async () => {
    const without = await ask("process", "environ", shop.name);
    expect(without.exitCode).toBe(3);
    expect(failureIn(without).code).toBe("reason-needed");
    const run = await ask("process", "environ", `${shop.name}/1`, "SHOP_*", "--reason", "which shop is this");
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stdout).toContain("green");
    expect(run.stdout).toContain("SHOP_SECRET_KEY");
    expect(run.stdout + run.stderr).not.toContain("tr0ub4dor");
    expect(parsed(run).redactions.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(0);
  });

  test("the audit log has began and ended, the processes, and how much was hidden at the source", async () => {
    const log = readdirSync(auditDirectory)
      .filter((file) => file.endsWith(".jsonl"))
      .flatMap((file) => readFileSync(join(auditDirectory, file), "utf8").trim().split("\n"));
    const records = log.map((line) => JSON.parse(line) as Record<string, unknown>);
    const began = records.find(
      ({ kind, command, reason }) => kind === "began" && command === "process environ" && reason === "which shop is this",
    );
    expect(began).toMatchObject({ level: "capture", target: `${shop.name}/1`, params: { pattern: "SHOP_*" } });
    const ended = records.find(({ kind, request }) => kind === "ended" && request === began?.["request"]);
    expect(ended).toMatchObject({ outcome: "done", pids: [shop.workers()[0]] });
    expect(ended?.["redactions"]).not.toBeUndefined();
    expect(log.join("\n")).not.toContain("tr0ub4dor");
    expect(records.find(({ kind, command }) => kind === "began" && command === "process cwd")).toMatchObject({ level: "inspect" });
  });

  test("ispyd killed at any moment leaves no descriptor and no thread in the worker", async () => {
    const [worker = 0] = shop.workers();
    const held = (): number[] => [readdirSync(`/proc/${worker}/fd`).length, readdirSync(`/proc/${worker}/task`).length];
    await ask("cwd", String(worker));
    const before = held();
    for (let afterMs = 40; afterMs < 400; afterMs += 15) {
      const child = spawn(process.execPath, [ispydPath, "cwd", String(worker)], {
        env: { ...process.env, ISPYD_AUDIT_DIRECTORY: auditDirectory },
      });
      await sleep(afterMs);
      child.kill("SIGKILL");
    }
    expect((await ask("cwd", String(worker))).exitCode).toBe(0);
    // The agent sees the end of a connection when its thread runs next.
    for (let wait = 0; wait < 100 && held().join() !== before.join(); wait += 1) await sleep(100);
    expect(held()).toEqual(before);
  });

  test("through a command that only changes where Python looks, a bridge finds the same agents", async () => {
    const via = ["--via", `env PYTHONPATH=${agentDirectory}`];
    const [worker = 0] = shop.workers();
    const { answers } = parsed(await ask("process", "pid", String(worker), ...via));
    expect(answers).toMatchObject([{ value: worker, workers: [{ pid: worker }] }]);
    const nobody = await ask("process", "pid", "1", ...via);
    expect(nobody.exitCode).toBe(4);
    expect(failureIn(nobody).hint).toContain(`${worker} (`);
    const nowhere = await ask("process", "pid", "all", "--via", "env false");
    expect(failureIn(nowhere)).toMatchObject({ code: "no-agent" });
    const outside = await ask("threads", "all", ...via);
    expect(failureIn(outside).message).toContain("can't go through --via");
  });
});

test("a process without an agent is a failure that says how to start one", async () => {
  if (any === undefined) throw new Error("no CPython 3.11 here");
  const target = await startTarget({ python: any, program: "print('ready', flush=True)\nimport time\ntime.sleep(600)" });
  const run = await ask("process", "cwd", String(target.pid));
  expect(run.exitCode).toBe(4);
  expect(failureIn(run)).toMatchObject({
    code: "no-agent",
    message: `there is no agent in process ${target.pid}`,
    hint: "start the application with: ispyd run -- COMMAND, or call ispyd.start() in it",
  });
});

test("C code that never releases the GIL is named as what may be the reason, within the time", async () => {
  if (any === undefined) throw new Error("no CPython 3.11 here");
  // PyDLL, unlike CDLL, keeps the GIL during the call.
  const program = "import ctypes, time\ntime.sleep(1)\nprint('ready', flush=True)\nctypes.PyDLL(None).sleep(600)\n";
  const held = await startTarget({
    python: process.execPath,
    files: { "held.py": program },
    args: [ispydPath, "run", "--", any.path, "held.py"],
  });
  const child = readFileSync(`/proc/${held.pid}/task/${held.pid}/children`, "utf8").trim();
  const run = await ask("cwd", child);
  expect(run.exitCode, run.stderr).toBe(4);
  expect(failureIn(run)).toMatchObject({ code: "agent-silent", hint: `ispyd why ${child} looks from outside` });
  expect(failureIn(run).message).toContain("may hold its GIL");
  await held.stop();
});

test("the reason that an agent left in the place of its socket is told", async () => {
  if (any === undefined) throw new Error("no CPython 3.11 here");
  const program = `import os, time
place = "/tmp/ispyd-agent-%d-1-0badcafe" % os.getpid()
os.mkdir(place, 0o700)
open(place + "/why", "w").write("uWSGI runs without threads: set enable-threads\\n")
print("ready", flush=True)
time.sleep(600)`;
  const target = await startTarget({ python: any, program });
  const run = await ask("process", "cwd", String(target.pid));
  rmSync(`/tmp/ispyd-agent-${target.pid}-1-0badcafe`, { recursive: true });
  expect(failureIn(run)).toMatchObject({
    code: "no-agent",
    message: `there is no agent in process ${target.pid}: uWSGI runs without threads: set enable-threads`,
  });
});

test.each(["inspect", "look"])("the owner's ceiling %s refuses what lies above it, and the log says refused", async (ceiling) => {
  const shop = await server(`ceiling${ceiling}shop`, { env: { ISPYD_CEILING: ceiling }, workers: 1 });
  const capture = await ask("process", "environ", shop.name, "--reason", `try ${ceiling}`);
  expect(capture.exitCode).toBe(3);
  expect(failureIn(capture)).toMatchObject({ code: "level-refused" });
  expect((await ask("cwd", shop.name)).exitCode).toBe(ceiling === "inspect" ? 0 : 3);
  const { stdout } = await ispyd(["audit", "list", "--json"], { auditDirectory });
  const { records } = JSON.parse(stdout) as { records: { record: Record<string, unknown> }[] };
  const began = records.find(({ record }) => record["reason"] === `try ${ceiling}`)?.record;
  const ended = records.find(({ record }) => record["kind"] === "ended" && record["request"] === began?.["request"])?.record;
  expect(ended).toMatchObject({ outcome: "refused", code: "level-refused" });
  await shop.stop();
});

test("in namespaces of its own an agent is reached from outside, and through a bridge that enters them", async ({ skip }) => {
  if (!isRoot) return skip("only root can make and enter namespaces");
  const shell = 'mount -t tmpfs tmpfs /tmp && cp podshop.py /tmp && cd /tmp && exec "$@"';
  const wrapper = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", shell, "sh"];
  const shop = await server("podshop", { wrapper, env: { XDG_RUNTIME_DIR: "" } });
  const [first = 0, second = 0] = shop.workers();
  const direct = parsed(await ask("process", "pid", shop.name));
  const inside = direct.answers.map(({ value }) => Number(value)).toSorted((a, b) => a - b);
  expect(direct.answers.flatMap(({ workers }) => workers.map(({ pid }) => pid)).toSorted((a, b) => a - b)).toEqual([first, second]);
  expect(Math.max(...inside)).toBeLessThan(first);
  const via = `nsenter --target ${first} --mount --pid env PYTHONPATH=${agentDirectory}`;
  const bridged = parsed(await ask("process", "pid", "all", "--via", via));
  expect(bridged.answers.map(({ value }) => value)).toEqual(inside);
  expect(bridged.answers.map(({ workers }) => workers[0]?.pid)).toEqual(inside);
  await shop.stop();
});
