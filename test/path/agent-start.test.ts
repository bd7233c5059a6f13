// How the agent gets into a program: under servers that fork, beside gevent and eventlet, through `python -m ispyd run`, from a zip; and the bridge to it.

import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { projectRoot } from "../../scripts/project.ts";
import { agentDirectories, agentEnvironment, openAgent } from "../rig/agent-client.ts";
import { environmentFor } from "../rig/environments.ts";
import { findInterpreters } from "../rig/interpreters.ts";
import { freePort } from "../rig/ports.ts";
import { runProgram } from "../rig/run-program.ts";
import { startTarget, stopTargets, type Target } from "../rig/target.ts";

const interpreters = (await findInterpreters()).filter(({ freeThreaded }) => !freeThreaded);
const python = interpreters.find(({ version }) => version === "3.11") ?? interpreters.at(-1);
const oldest = interpreters[0];
const agent = join(projectRoot, "agent");
const web = python === undefined ? undefined : await environmentFor(python, "web");
// Compiled when it is first needed, which takes minutes on a small machine.
const uwsgi = python === undefined ? undefined : await environmentFor(python, "uwsgi");
const application = "def app(environ, start_response):\n    start_response('200 OK', [])\n    return [b'ok']\n";

afterEach(stopTargets);

async function startGunicorn(more: readonly string[]): Promise<Target> {
  const port = await freePort();
  return startTarget({
    python: web?.python ?? "",
    args: [join(web?.bin ?? "", "gunicorn"), "--bind", `127.0.0.1:${port}`, ...more, "shop:app"],
    files: { "shop.py": application },
    env: agentEnvironment(),
    ready: { port },
  });
}

function childrenOf(pid: number): number[] {
  const words = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  return words.filter((word) => word !== "").map(Number);
}

function namesOfThreads(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`).map((tid) => readFileSync(`/proc/${pid}/task/${tid}/comm`, "utf8").trim());
}

test.each([
  ["sync", []],
  ["preloaded gthread", ["--worker-class", "gthread", "--preload"]],
  ["gevent", ["--worker-class", "gevent"]],
])("under gunicorn (%s) each worker has an agent and the arbiter has none, also after a worker was killed", async (_, more) => {
  const server = await startGunicorn(["--workers", "2", ...more]);
  await expect.poll(() => childrenOf(server.pid).length).toBe(2);
  const [first = 0, second = 0] = childrenOf(server.pid);
  for (const worker of [first, second]) {
    const client = await openAgent(worker);
    expect(await client.value("process ppid")).toBe(server.pid);
    expect(namesOfThreads(worker)).toEqual(expect.arrayContaining(["ispyd-control", "ispyd-command"]));
  }
  expect(agentDirectories(server.pid)).toEqual([]);
  expect(namesOfThreads(server.pid).filter((name) => name.startsWith("ispyd"))).toEqual([]);
  process.kill(first, "SIGKILL");
  await expect.poll(() => childrenOf(server.pid).filter((pid) => pid !== first && pid !== second).length, { timeout: 15_000 }).toBe(1);
  const [replaced = 0] = childrenOf(server.pid).filter((pid) => pid !== first && pid !== second);
  expect(await (await openAgent(replaced)).value("process pid")).toBe(replaced);
  // The replacement's agent swept what the killed worker left.
  expect(agentDirectories(first)).toEqual([]);
});

test("Celery's pool processes have agents, its main process has none", async ({ skip }) => {
  if (web?.packages["celery"] === undefined) return skip("no celery for this Python");
  const server = await startTarget({
    python: web.python,
    args: [join(web.bin, "celery"), "--app", "shop", "worker", "--concurrency", "2"],
    files: { "shop.py": "from celery import Celery\napp = Celery('shop', broker='memory://')\n" },
    env: agentEnvironment(),
    ready: "started",
  });
  await expect.poll(() => childrenOf(server.pid).length, { timeout: 20_000 }).toBe(2);
  for (const child of childrenOf(server.pid)) expect(await (await openAgent(child)).value("process ppid")).toBe(server.pid);
  expect(agentDirectories(server.pid)).toEqual([]);
});

async function startUwsgi(more: readonly string[]): Promise<Target> {
  const port = await freePort();
  const program = ["--wsgi-file", "shop.py", "--callable", "app", "--home", uwsgi?.directory ?? "", "--die-on-term"];
  const server = await startTarget({
    python: join(uwsgi?.bin ?? "", "uwsgi"),
    args: ["--http-socket", `127.0.0.1:${port}`, "--master", "--processes", "2", ...program, ...more],
    files: { "shop.py": application },
    env: agentEnvironment(),
    ready: { port },
  });
  await expect.poll(() => childrenOf(server.pid).length).toBe(2);
  return server;
}

test("uWSGI's workers have agents where it runs with threads; where it does not, they leave the reason", async ({ skip }) => {
  if (uwsgi?.packages["uwsgi"] === undefined) return skip(`no uWSGI: ${uwsgi?.missing[0]?.reason ?? "no Python"}`);
  for (const more of [["--enable-threads"], ["--threads", "2", "--lazy-apps"]]) {
    const server = await startUwsgi(more);
    for (const worker of childrenOf(server.pid)) expect(await (await openAgent(worker)).value("process pid")).toBe(worker);
    expect(agentDirectories(server.pid)).toEqual([]);
  }
  for (const worker of childrenOf((await startUwsgi([])).pid)) {
    await expect.poll(() => agentDirectories(worker).length).toBe(1);
    expect(readFileSync(join(agentDirectories(worker)[0] ?? "", "why"), "utf8")).toMatch(/runs without threads.*enable-threads/);
  }
});

test.each(["before", "after"])(
  "gevent that patched %s the start leaves the agent native threads, which answer while a greenlet computes",
  async (when) => {
    const patch = "from gevent import monkey; monkey.patch_all()\n";
    const begin = "import ispyd; print(ispyd.start())\n";
    const program = `${when === "before" ? patch + begin : begin + patch}
import logging, time
logging.basicConfig()
print("ready", flush=True)
end = time.monotonic() + 600
while time.monotonic() < end: pass`;
    const target = await startTarget({ python: web?.python ?? "", program, env: agentEnvironment({ ISPYD_START: "0" }) });
    const client = await openAgent(target.pid);
    expect((await client.hello())["facts"]).toMatchObject({ gevent: true, greenlet: true });
    expect(await client.value("process cwd")).toBe(target.directory);
    expect(namesOfThreads(target.pid)).toEqual(expect.arrayContaining(["ispyd-control", "ispyd-command"]));
  },
);

/** The package as one file, as npm carries it. */
async function zipped(target: Target): Promise<string> {
  const path = join(target.directory, "ispyd.whl");
  const pack = `
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[2], "w") as wheel:
    for directory, _, names in os.walk(os.path.join(sys.argv[1], "ispyd")):
        for name in names:
            if name.endswith((".py", ".json")):
                file = os.path.join(directory, name)
                wheel.write(file, os.path.relpath(file, sys.argv[1]))`;
  await runProgram("python3", ["-c", pack, agent, path]);
  return path;
}

test("python -m ispyd run starts the command with an agent, also where the package is a zip and the command another Python", async () => {
  const helper = await startTarget({ python: "python3", program: "print('ready', flush=True)\nimport time\ntime.sleep(600)\n" });
  const places = { directory: agent, zip: await zipped(helper) };
  for (const [name, place] of Object.entries(places)) {
    const program =
      "import sys\nprint('ready', sys.version_info[1], [path for path in sys.path if 'autostart' in path], flush=True)\nimport time\ntime.sleep(600)\n";
    const target = await startTarget({
      python: python?.path ?? "python3",
      args: ["-m", "ispyd", "run", "--", oldest?.path ?? "python3", "program.py"],
      files: { "program.py": program },
      env: { ...agentEnvironment({ ISPYD_START: "" }), PYTHONPATH: place },
    });
    // Its own path is as it would have been without.
    expect(await target.line(/^ready/)).toBe(`ready ${oldest?.version.slice(2) ?? ""} []`);
    const client = await openAgent(target.pid);
    expect([name, await client.value("process cwd")]).toEqual([name, target.directory]);
    const catalogue = (await client.ask("catalogue")).result as { plugins: { name: string; state: string; sha256: string }[] };
    expect(catalogue.plugins.find((plugin) => plugin.name === "process")).toMatchObject({
      state: "ready",
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  }
});

test("run of a command that is not there says so", async () => {
  const env = { PYTHONPATH: agent };
  const { stderr, exitCode } = await runProgram(python?.path ?? "python3", ["-m", "ispyd", "run", "--", "no-such-command"], { env });
  expect([exitCode, stderr]).toEqual([127, "no-such-command can't be run: No such file or directory\n"]);
  expect((await runProgram(python?.path ?? "python3", ["-m", "ispyd", "run"], { env })).exitCode).toBe(2);
});

interface Bridge {
  child: ChildProcessWithoutNullStreams;
  say(document: unknown): void;
  line(): Promise<Record<string, unknown>>;
}

function startBridge(): Bridge {
  const child = spawn(python?.path ?? "python3", ["-m", "ispyd", "bridge"], { env: { ...process.env, PYTHONPATH: agent } });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    child,
    say: (document) => void child.stdin.write(`${JSON.stringify(document)}\n`),
    line: async () => JSON.parse((await lines.next()).value ?? "null") as Record<string, unknown>,
  };
}

test("the bridge lists the agents with their command lines redacted, joins one, and ends with its input", async () => {
  const program = "print('ready', flush=True)\nimport time\ntime.sleep(600)\n";
  const target = await startTarget({ python: python ?? "python3", program, args: ["--password", "hunter2"], env: agentEnvironment() });
  await openAgent(target.pid);
  const bridge = startBridge();
  bridge.say({ bridge: "list" });
  const { agents } = (await bridge.line()) as { agents: { pid: number; uid: number; startTicks: number; argv: string[] }[] };
  const found = agents.find(({ pid }) => pid === target.pid);
  expect(found).toMatchObject({ uid: process.getuid?.(), startTicks: expect.any(Number) });
  expect(found?.argv.slice(-2)).toEqual(["--password", expect.stringContaining("<hidden")]);
  bridge.say("nonsense");
  expect(await bridge.line()).toMatchObject({ bridge: "error" });
  bridge.say({ bridge: "connect", pid: 1 });
  expect(await bridge.line()).toEqual({ bridge: "error", message: "there is no agent of process 1 here" });
  bridge.say({ bridge: "connect", pid: target.pid });
  expect(await bridge.line()).toEqual({ bridge: "ok" });
  bridge.say({ jsonrpc: "2.0", id: 1, method: "hello", params: { protocol: [1], client: "test" } });
  expect(await bridge.line()).toMatchObject({ id: 1, result: { pid: target.pid } });
  const ended = new Promise((done) => bridge.child.on("exit", done));
  bridge.child.stdin.end();
  expect(await ended).toBe(0);
  await sleep(50);
  expect(await (await openAgent(target.pid)).value("process pid")).toBe(target.pid);
});
