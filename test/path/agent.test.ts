// The agent in real programs: it answers, whatever a client, a plugin, a fork or the application does, and leaves nothing behind.

import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { projectRoot } from "../../scripts/project.ts";
import { agentDirectories, agentEnvironment, agentSocket, openAgent, resultOf, type AgentClient } from "../rig/agent-client.ts";
import { findInterpreters, type Interpreter } from "../rig/interpreters.ts";
import { runProgram } from "../rig/run-program.ts";
import { startTarget, stopTargets, type Target } from "../rig/target.ts";

const all = await findInterpreters();
const usual = ["3.8", "3.11", "3.14"];
const tried = all.filter(({ version }) => process.env["ISPYD_SOAK"] === "1" || usual.includes(version));
const python = all.find(({ version }) => version === "3.11") ?? all.at(-1) ?? "python3";
const misbehaving = join(projectRoot, "test/programs/agent_misbehaving.py");
const waits = "import sys, time\nprint('ready', flush=True)\ntime.sleep(600)\n";

afterEach(stopTargets);

function start(interpreter: Interpreter | string, program = waits, env: Record<string, string> = {}): Promise<Target> {
  return startTarget({ python: interpreter, program, env: agentEnvironment(env) });
}

async function startMisbehaving(interpreter: Interpreter | string, program = waits): Promise<AgentClient> {
  return openAgent((await start(interpreter, program, { ISPYD_PLUGINS: misbehaving })).pid);
}

function codeOf(answer: Awaited<ReturnType<AgentClient["ask"]>>): string {
  return answer.error?.data.code ?? "no error";
}

function openFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`);
}

function threadCount(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).length;
}

/** Times that a thread gave up the CPU by itself: each is a wake-up that is over. */
function wakeUps(pid: number, tid: number): number {
  return Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/task/${tid}/status`, "utf8"))?.[1]);
}

describe.each(tried)("CPython $full", (interpreter) => {
  test("says who it is, answers commands, and takes its directory along when the program ends", async () => {
    const program = "import sys, time\nprint('ready', flush=True)\ntime.sleep(float(sys.argv[1]))\n";
    const target = await startTarget({ python: interpreter, program, args: ["2"], env: agentEnvironment({ PASSWORD: "hunter2" }) });
    const agent = await openAgent(target.pid, { silent: true });
    const [directory = ""] = agentDirectories(target.pid);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect((await agent.ask("ping")).error?.message).toBe("say hello first");
    expect(await agent.hello()).toMatchObject({
      protocol: 1,
      pid: target.pid,
      uid: process.getuid?.(),
      python: { version: interpreter.full, implementation: "CPython" },
      ceiling: { level: "console", setBy: "" },
      facts: { gevent: false, eventlet: false, subinterpreters: 0, freeThreaded: interpreter.freeThreaded },
      hooks: expect.arrayContaining([expect.stringContaining("register_at_fork")]),
    });
    expect(resultOf(await agent.ask("ping"))).toEqual({});
    expect(await agent.value("process cwd")).toBe(target.directory);
    expect(await agent.value("process pid")).toBe(target.pid);
    const environ = await agent.value("process environ", { level: "capture", params: { pattern: "PASS*" } });
    expect(environ).toEqual([{ name: "PASSWORD", value: expect.stringContaining("<hidden: name password") }]);
    const catalogue = resultOf(await agent.ask("catalogue")) as { hash: string; plugins: { name: string; state: string }[] };
    expect(catalogue.plugins.filter(({ state }) => state !== "ready")).toEqual([]);
    expect((await agent.hello())["catalogueHash"]).toBe(catalogue.hash);
    expect(codeOf(await agent.call("process nothing"))).toBe("command-unknown");
    expect(codeOf(await agent.call("process fds", { params: { limit: 0 } }))).toBe("argument-invalid");
    expect(codeOf(await agent.call("process fds", { params: { colour: "red" } }))).toBe("argument-invalid");
    expect(codeOf(await agent.call("process pid", { level: "root" }))).toBe("argument-invalid");
    expect(await target.ended).toBe(0);
    expect(target.output().stderr).toBe("");
    expect(existsSync(directory)).toBe(false);
  });

  test("plugins that raise, never end or answer with too much harm neither agent nor target", async () => {
    const agent = await startMisbehaving(interpreter);
    const failed = await agent.call("bad fails");
    expect(failed.error?.message).toMatch(/^bad fails failed with ValueError at line \d+ of agent_misbehaving.py: password=<hidden: /);
    expect(failed.error?.data).toMatchObject({ code: "plugin-failed", target: "unknown" });
    expect((await agent.call("bad exits")).error?.message).toContain("SystemExit");
    expect((await agent.call("bad foreign")).error?.message).toContain("an object of type Tripwire");
    expect((await agent.call("bad endless")).error?.message).toContain("nested more than");
    expect(codeOf(await agent.call("bad giant"))).toBe("too-large");
    const cut = resultOf(await agent.call("bad rows", { params: { count: 10_000 }, sizeBytes: 50_000 })) as { value: []; cut: unknown[] };
    expect(cut.cut).toEqual([{ what: "rows", shown: cut.value.length, of: 10_000 }]);
    expect(JSON.stringify(cut.value).length).toBeLessThanOrEqual(50_000);
    expect(await agent.value("bad reports")).toMatchObject({
      password: expect.stringContaining("<hidden"),
      pin: expect.stringContaining("<hidden"),
      plain: "seen",
    });
    expect(agent.unasked.map(({ method, params }) => [method, params?.["label"]])).toContainEqual(["progress", "step"]);
    const looped = await agent.call("bad loops", { durationMs: 200 });
    expect(looped.error?.data).toMatchObject({ code: "timed-out", target: "unknown" });
    const cancelled = agent.call("bad loops");
    await sleep(100);
    agent.notify("cancel", { id: agent.lastId() });
    expect(codeOf(await cancelled)).toBe("interrupted");
    expect(await agent.value("process pid")).toBeGreaterThan(0);
  });

  test("a command in C code that never ends is left, its plugin disabled, and the next command runs", async () => {
    const agent = await startMisbehaving(interpreter);
    const before = (await agent.hello())["threads"] as number[];
    expect(codeOf(await agent.call("bad fails"))).toBe("plugin-failed");
    const left = await agent.call("bad sleeps", { durationMs: 200 });
    expect(left.error?.message).toMatch(/did not end when it was interrupted.*it stands in sleeps \(.*agent_misbehaving.py:\d+\)/);
    expect(left.error?.data).toMatchObject({ code: "timed-out", target: "unknown" });
    expect(codeOf(await agent.call("bad fails"))).toBe("plugin-disabled");
    expect(await agent.value("process ppid")).toBe(process.pid);
    const hello = await agent.hello();
    expect(hello["disabled"]).toEqual([{ plugin: "bad", why: expect.stringContaining("it stands in sleeps") }]);
    expect((hello["threads"] as number[]).length).toBe(before.length + 2);
    const { plugins } = resultOf(await agent.ask("catalogue")) as { plugins: { name: string; state: string }[] };
    expect(plugins.find(({ name }) => name === "bad")?.state).toBe("disabled");
  });

  test("broken lines are answered, never a crash, and leave neither memory nor descriptors behind", async () => {
    const target = await start(interpreter);
    const agent = await openAgent(target.pid);
    const files = openFiles(target.pid).length;
    for (const line of brokenLines(500)) agent.raw(Buffer.concat([line, Buffer.from("\n")]));
    expect(resultOf(await agent.ask("ping"))).toEqual({});
    expect(agent.unasked.length).toBeGreaterThan(400);
    expect(agent.unasked.every(({ error }) => error?.data.code === "protocol" || error?.data.code === "argument-invalid")).toBe(true);
    agent.raw(Buffer.alloc(3 * 1024 * 1024, "a"));
    agent.raw("\n");
    expect(resultOf(await agent.ask("ping"))).toEqual({});
    expect(agent.unasked.filter(({ error }) => error?.data.code === "too-large").length).toBe(1);
    for (let count = 0; count < 40; count += 1) {
      const other = await openAgent(target.pid);
      other.raw('{"jsonrpc":"2.0","id":9,"method":"call","params":{"command":"process fds","level":"inspect"}}\n{"half');
      other.close();
    }
    expect(await agent.value("process ppid")).toBe(process.pid);
    expect(openFiles(target.pid).length).toBeLessThanOrEqual(files + 1);
    expect(threadCount(target.pid)).toBe(3);
  });

  test("a forked child has no socket or thread of its parent's agent, and an agent of its own", async () => {
    const program = `
import multiprocessing, os, sys, time
def inside(name):
    files = [os.readlink("/proc/self/fd/" + fd) for fd in os.listdir("/proc/self/fd") if os.path.islink("/proc/self/fd/" + fd)]
    print(name, os.getpid(), sum(file.startswith("socket:") for file in files), flush=True)
    time.sleep(600)
if __name__ == "__main__":
    while not any(name.startswith("ispyd-agent-%d-" % os.getpid()) for name in os.listdir("/tmp")): time.sleep(0.02)
    print("ready", flush=True)
    sys.stdin = None
    while not os.path.exists("go"): time.sleep(0.02)
    if os.fork() == 0: inside("forked")
    multiprocessing.get_context("fork").Process(target=inside, args=("multiprocessing",)).start()
    time.sleep(600)`;
    const target = await startTarget({ python: interpreter, program, env: { ...agentEnvironment(), PYTHONWARNINGS: "ignore" } });
    const parent = await openAgent(target.pid);
    await parent.value("process pid");
    const sockets = Number(await countSockets(target.pid));
    await runProgram("touch", [join(target.directory, "go")]);
    for (const name of ["forked", "multiprocessing"]) {
      const [, pid, inherited] = (await target.line(new RegExp(`^${name} `))).split(" ").map(Number);
      expect(inherited).toBe(sockets - 2);
      const child = await openAgent(pid ?? 0);
      expect(await child.value("process pid")).toBe(pid);
      expect(threadCount(pid ?? 0)).toBe(3);
    }
    expect(await parent.value("process pid")).toBe(target.pid);
  });

  test("control answers while the application holds a lock for ever, and says where the command stands", async () => {
    const holdsModule = "import threading\nthreading.Thread(target=__import__, args=('hangs',), daemon=True).start()";
    const holdsImports = "import _imp\n_imp.acquire_lock()";
    const holdsLogging = "import logging\nlogging.basicConfig()\nlogging.root.handlers[0].acquire()";
    await Promise.all([
      expectAnswersWhileBlocked(interpreter, holdsModule, "bad imports", /import lock/),
      expectAnswersWhileBlocked(interpreter, holdsImports, "process ppid", /import lock/),
      expectAnswersWhileBlocked(interpreter, holdsLogging, "bad logs", /lock of logging/),
    ]);
  });
});

async function expectAnswersWhileBlocked(interpreter: Interpreter, hold: string, command: string, says: RegExp): Promise<void> {
  const program = `import sys, time\n${hold}\ntime.sleep(0.2)\nprint("ready", flush=True)\ntime.sleep(600)\n`;
  const env = agentEnvironment({ ISPYD_PLUGINS: misbehaving });
  const target = await startTarget({ python: interpreter, program, files: { "hangs.py": "import time\ntime.sleep(600)\n" }, env });
  const [agent, other] = [await openAgent(target.pid), await openAgent(target.pid)];
  const blocked = agent.call(command, { durationMs: 2_000 });
  const busy = async (): Promise<unknown> => (await other.hello())["busy"];
  await expect.poll(busy, { timeout: 2_000 }).toMatchObject({ command, at: expect.stringMatching(says) });
  expect((await blocked).error).toMatchObject({ message: expect.stringMatching(says), data: { code: "timed-out" } });
  expect(resultOf(await other.ask("ping"))).toEqual({});
}

async function countSockets(pid: number): Promise<number> {
  const { stdout } = await runProgram("ls", ["-l", `/proc/${pid}/fd`]);
  return stdout.split("socket:").length - 1;
}

/** Lines that are no request, each in another way; of the same seed in every run would hide what another finds, so the test prints none. */
function brokenLines(count: number): Buffer[] {
  const good = '{"jsonrpc":"2.0","method":"call","id":7,"params":{"command":"process pid","level":"inspect"}}';
  const makers: ((number: number) => Buffer)[] = [
    () => Buffer.from(randomBytes(200).filter((byte) => byte !== 10)),
    (number) => Buffer.from(good.slice(0, 1 + (number % (good.length - 1)))),
    () => Buffer.from("[".repeat(100_000)),
    () => Buffer.from(`{"jsonrpc":"2.0","id":${"1".repeat(50_000)},"method":"ping"}`),
    () => Buffer.from('{"jsonrpc":"2.0","id":{},"method":"ping"}'),
    () => Buffer.from('{"jsonrpc":"2.0","id":NaN,"method":"ping"}'),
    () => Buffer.from('[{"jsonrpc":"2.0","id":1,"method":"ping"}]'),
    () => Buffer.from('{"jsonrpc":"2.0","id":null,"method":"call","params":{"command":7}}'),
    () => Buffer.from('{"jsonrpc":"2.0","id":null,"method":"call","params":{"command":"x y","level":"inspect","durationMs":-1}}'),
    () => Buffer.from(""),
  ];
  return Array.from({ length: count }, (_, number) => (makers[number % makers.length] ?? (() => Buffer.from("{")))(number));
}

test("the owner's ceiling holds: of the variable, of the file, the lower one; what can't be read allows nothing", async () => {
  const file = { "ispyd.ceiling": "# agreed in March\ninspect\n" };
  const inspects = await startTarget({ python, program: waits, files: file, env: agentEnvironment({ ISPYD_CEILING: "capture" }) });
  const agent = await openAgent(inspects.pid);
  expect((await agent.hello())["ceiling"]).toEqual({ level: "inspect", setBy: join(inspects.directory, "ispyd.ceiling") });
  expect(codeOf(await agent.call("process environ", { level: "capture" }))).toBe("refused-by-ceiling");
  // What the plugin says of itself counts where a client says less.
  expect(codeOf(await agent.call("process environ", { level: "inspect" }))).toBe("refused-by-ceiling");
  expect(await agent.value("process pid")).toBe(inspects.pid);
  for (const ceiling of ["none", "look", "everything"]) {
    const target = await start(python, waits, { ISPYD_CEILING: ceiling });
    await sleep(400);
    expect([ceiling, agentDirectories(target.pid), threadCount(target.pid)]).toEqual([ceiling, [], 1]);
  }
});

test("a process of another user is refused by its credentials", async ({ skip }) => {
  if (process.getuid?.() !== 0) return skip("only root can become another user");
  const target = await start(python);
  const path = await agentSocket(target.pid);
  // As nothing but root can do: the directory alone would keep the other user out.
  chmodSync(join(path, ".."), 0o755);
  chmodSync(path, 0o777);
  const ask = `
import os, socket, sys
os.setuid(65534)
peer = socket.socket(socket.AF_UNIX); peer.connect(sys.argv[1])
print(peer.recv(4096).decode(), repr(peer.recv(1)))`;
  const { stdout } = await runProgram(typeof python === "string" ? python : python.path, ["-c", ask, path]);
  expect(stdout).toMatch(/"user 65534 may not speak to a process of user 0"/);
  expect(stdout).toMatch(/b''$/m);
  expect(await (await openAgent(target.pid)).value("process pid")).toBe(target.pid);
});

test("a client that never reads is held back and left, and costs the others nothing", async () => {
  const target = await start(python, waits, { ISPYD_PLUGINS: misbehaving });
  const [greedy, other] = [await openAgent(target.pid), await openAgent(target.pid)];
  greedy.socket.pause();
  for (let count = 0; count < 40_000; count += 1) greedy.raw('{"jsonrpc":"2.0","id":1,"method":"hello","params":{"protocol":[1]}}\n');
  await sleep(1_000);
  expect(await other.value("process pid")).toBe(target.pid);
  const rss = Number(/^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${target.pid}/status`, "utf8"))?.[1]);
  expect(rss).toBeLessThan(60_000);
});

test("more clients than it takes are told so", async () => {
  const target = await start(python);
  const clients = await Promise.all(Array.from({ length: 16 }, () => openAgent(target.pid)));
  const late = await openAgent(target.pid, { silent: true });
  expect((await late.next()).error?.data.code).toBe("busy");
  await late.closed;
  clients[0]?.close();
  await sleep(100);
  expect(await (await openAgent(target.pid)).value("process pid")).toBe(target.pid);
});

test("with nothing to do the agent's threads hardly ever wake up", async () => {
  const target = await start(python);
  const agent = await openAgent(target.pid);
  await agent.value("process pid");
  const threads = (await agent.hello())["threads"] as number[];
  await sleep(200);
  const before = threads.map((tid) => wakeUps(target.pid, tid));
  await sleep(3_000);
  for (const [index, tid] of threads.entries()) expect(wakeUps(target.pid, tid) - (before[index] ?? 0)).toBeLessThanOrEqual(1);
});

test("a command that is asked for again and again stays within the agent's share of a core", async () => {
  const agent = await startMisbehaving(python);
  const burn = { params: { seconds: 0.3 } };
  expect(codeOf(await agent.call("bad burns", burn))).toBe("no error");
  const again = await agent.call("bad burns", { ...burn, repeated: true });
  expect(again.error).toMatchObject({ message: expect.stringContaining("of one core over the last 10 s"), data: { code: "busy" } });
  expect(again.error?.data.retryAfterMs).toBeGreaterThan(1_000);
  const codes: string[] = [];
  for (let count = 0; count < 5; count += 1) codes.push(codeOf(await agent.call("process pid")));
  // One that does not say so is seen to be repeated.
  expect(codes).toEqual(["no error", "no error", "no error", "no error", "busy"]);
});

test("the directories of killed processes are swept by the next agent, those of living ones stay", async () => {
  const [killed, living] = [await start(python), await start(python)];
  await agentSocket(killed.pid);
  await agentSocket(living.pid);
  const [left = ""] = agentDirectories(killed.pid);
  process.kill(killed.pid, "SIGKILL");
  await killed.ended;
  expect(existsSync(left)).toBe(true);
  await agentSocket((await start(python)).pid);
  await expect.poll(() => existsSync(left)).toBe(false);
  expect(agentDirectories(living.pid).length).toBe(1);
});

test("an application that closes every descriptor keeps its own, and gets its agent back", async () => {
  const program = `
import os, time
print("ready", flush=True)
while not os.path.exists("go"): time.sleep(0.02)
os.closerange(3, 100)
reader, writer = os.pipe()
print("closed", flush=True)
time.sleep(1)
os.write(writer, b"mine"); print("read", os.read(reader, 4), flush=True)
time.sleep(600)`;
  const target = await start(python, program);
  await agentSocket(target.pid);
  const [before] = agentDirectories(target.pid);
  await runProgram("touch", [join(target.directory, "go")]);
  await target.line(/^closed/);
  await target.line(/^read b'mine'/, 15_000);
  await expect.poll(() => agentDirectories(target.pid).filter((name) => name !== before).length, { timeout: 15_000 }).toBe(1);
  expect(await (await openAgent(target.pid)).value("process pid")).toBe(target.pid);
});

test("a fork while a command imports hangs neither the child's import of the same module nor the end of the program", async () => {
  const plugin = `
"""Imports."""
from ispyd.plugin import command
@command()
def slowly() -> int:
    """Imports a module that takes its time"""
    import slow
    return slow.LOADED`;
  const program = `
import os, sys, time
print("ready", flush=True)
while not os.path.exists("importing"): time.sleep(0.01)
if os.fork() == 0:
    import slow
    print("child", slow.LOADED, flush=True)
    os._exit(0)
os.wait()`;
  const slow = "import time\nopen('importing', 'w').close()\ntime.sleep(0.5)\nLOADED = 1\n";
  const env = agentEnvironment({ ISPYD_PLUGINS: "imports.py", PYTHONWARNINGS: "ignore" });
  const target = await startTarget({ python, program, files: { "imports.py": plugin, "slow.py": slow }, env });
  const agent = await openAgent(target.pid);
  void agent.call("imports slowly");
  expect(await target.line(/^child/)).toBe("child 1");
  expect(await target.ended).toBe(0);
});

test("an exception of the application that lands in the start passes to the application", async () => {
  const program = `
import signal
class Alarm(Exception): pass
def handler(signum, frame): raise Alarm
signal.signal(signal.SIGALRM, handler)
import ispyd.starting as starting
starting._start = lambda fresh: signal.raise_signal(signal.SIGALRM)
try:
    starting.start_agent(fresh=True); print("ready swallowed", flush=True)
except Alarm:
    print("ready passed", flush=True)
import time; time.sleep(600)`;
  const target = await start(python, program, { ISPYD_START: "0" });
  expect(await target.line(/^ready/)).toBe("ready passed");
});

test("a program that waits for signals with sigwait gets them", async () => {
  const program = `
import signal, time
time.sleep(0.4)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
print("ready", flush=True)
print("got", signal.sigwait([signal.SIGUSR1]), flush=True)
time.sleep(600)`;
  const target = await start(python, program);
  await agentSocket(target.pid);
  process.kill(target.pid, "SIGUSR1");
  expect(await target.line(/^got/)).toContain("10");
});

test("the directory of a program's own sitecustomize is not hidden, and what it raises is told as ever", async () => {
  const files = { "sitecustomize.py": "print('own sitecustomize', __name__, flush=True)\nraise ValueError('own defect')\n" };
  const env = agentEnvironment();
  const target = await startTarget({ python, program: waits, files, env: { ...env, PYTHONPATH: `${env["PYTHONPATH"] ?? ""}:.` } });
  expect(await target.line(/^own/)).toBe("own sitecustomize sitecustomize");
  expect(target.output().stderr).toContain("own defect");
  expect(await (await openAgent(target.pid)).value("process pid")).toBe(target.pid);
});
