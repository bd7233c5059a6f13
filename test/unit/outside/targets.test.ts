// From what people type to real processes: pids, services, workers, ports, and the failures that name what was found.

import { spawn, type ChildProcess } from "node:child_process";
import { createServer, type Server } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Failure } from "../../../src/base/failure.ts";
import { readStat } from "../../../src/outside/proc/stat.ts";
import { listServices, listTargetNames, resolveServiceMembers, resolveTargets, stillTheSame } from "../../../src/outside/targets.ts";
import { findInterpreters, type Interpreter } from "../../rig/interpreters.ts";
import { startTarget, stopTargets, type Target } from "../../rig/target.ts";

// A parent that listens, two children that share its socket.
const forking = `
import os, socket, sys, time
server = socket.create_server(("127.0.0.1", 0))
for _ in range(2):
    if os.fork() == 0:
        time.sleep(600)
sys.stdout.write(f"port {server.getsockname()[1]}\\n")
print("ready", flush=True)
time.sleep(600)
`;

const spawning = `
import multiprocessing, time
def work():
    time.sleep(600)
if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    for _ in range(2):
        multiprocessing.Process(target=work, daemon=True).start()
    time.sleep(1)
    print("ready", flush=True)
    time.sleep(600)
`;

const none = { services: [] };
let python: Interpreter;
let parent: Target;
let spawner: Target;
let port = 0;

beforeAll(async () => {
  const found = (await findInterpreters()).at(0);
  if (found === undefined) throw new Error("no CPython is here");
  python = found;
  parent = await startNamed("ledger_app.py", forking);
  port = Number(/port (\d+)/.exec(parent.output().stdout)?.[1]);
  spawner = await startNamed("spool_app.py", spawning);
}, 60_000);

afterAll(stopTargets);

function startNamed(name: string, text: string): Promise<Target> {
  return startTarget({ python, files: { [name]: text }, args: [name] });
}

async function failureOf(text: string): Promise<Failure> {
  const thrown: unknown = await resolveTargets(text, none).catch((reason: unknown) => reason);
  if (!(thrown instanceof Failure)) throw new Error(`${text} was resolved`);
  return thrown;
}

test("a service is its workers in order, the parent last", async () => {
  const targets = await resolveTargets("ledger_app", none);
  expect(targets.map(({ service, worker, part }) => ({ service, worker, part }))).toEqual([
    { service: "ledger_app", worker: 1, part: "worker" },
    { service: "ledger_app", worker: 2, part: "worker" },
    { service: "ledger_app", worker: 0, part: "main" },
  ]);
  expect(targets.at(-1)?.pid).toBe(parent.pid);
  expect(targets.slice(0, 2).map(({ process }) => process.stat.ppid)).toEqual([parent.pid, parent.pid]);
});

test("by its pid a process is called what the list calls it, among namesakes too", async () => {
  const listening = `import socket, time\nserver = socket.create_server(("127.0.0.1", 0))\nprint("ready", flush=True)\ntime.sleep(600)`;
  const silent = `import time\nprint("ready", flush=True)\ntime.sleep(600)`;
  const twins = [
    await startNamed("twin_app.py", listening),
    await startNamed("twin_app.py", listening),
    await startNamed("twin_app.py", silent),
    await startNamed("twin_app@here.py", silent),
  ];
  const own = new Set([...twins, parent, spawner].map(({ pid }) => pid));
  const listed = listServices(none).filter(({ pid, process: { stat } }) => own.has(pid) || own.has(stat.ppid));
  expect(new Set(listed.map(({ service }) => service)).size).toBe(6);
  const told = ({ pid, service, worker, role, part }: (typeof listed)[number]): unknown => ({ pid, service, worker, role, part });
  const resolved = await Promise.all(listed.map(async ({ pid }) => (await resolveTargets(String(pid), none))[0]));
  expect(resolved.map((target) => target && told(target))).toEqual(listed.map(told));
});

test("one worker, the pid and the port lead to the same processes", async () => {
  const [first, second] = await resolveTargets("ledger_app", none);
  expect((await resolveTargets("ledger_app/2", none)).map(({ pid }) => pid)).toEqual([second?.pid]);
  expect((await resolveTargets(String(first?.pid), none))[0]).toMatchObject({ pid: first?.pid, service: "ledger_app", worker: 1 });
  expect((await resolveTargets(`:${port}`, none)).map(({ pid }) => pid)).toEqual([first?.pid, second?.pid, parent.pid]);
});

test("children that multiprocessing spawned are workers, and its resource tracker is only a helper", async () => {
  const targets = await resolveTargets("spool_app", none);
  expect(targets.map(({ role, worker }) => `${role} ${worker}`)).toEqual([
    "multiprocessing child 1",
    "multiprocessing child 2",
    "Python script 0",
  ]);
  const members = resolveServiceMembers("spool_app", none);
  expect(members.map(({ part }) => part)).toEqual(["main", "worker", "worker", "helper"]);
  expect(targets.at(-1)?.pid).toBe(spawner.pid);
});

test("a second service of one name has a name of its own, and the older one keeps its", async () => {
  const second = await startNamed("ledger_app.py", forking);
  const secondPort = /port (\d+)/.exec(second.output().stdout)?.[1];
  expect((await resolveTargets("ledger_app", none)).at(-1)?.pid).toBe(parent.pid);
  expect((await resolveTargets(`ledger_app@${secondPort}/1`, none))[0]?.process.stat.ppid).toBe(second.pid);
  await second.stop();
});

test("the operator's names win, by application", async () => {
  const named = { services: [{ name: "ledger", application: "ledger_app.py" }] };
  expect((await resolveTargets("ledger", named)).at(-1)?.pid).toBe(parent.pid);
});

test("the beginning of one name is enough, that of several is ambiguous", async () => {
  const only = await resolveTargets("ledger_a", none);
  expect(only.at(-1)?.pid).toBe(parent.pid);
  const other = await startNamed("ledger_other.py", forking);
  const failure = await failureOf("ledger_");
  expect(failure).toMatchObject({ code: "target-ambiguous" });
  expect(failure.hint).toContain("ledger_app");
  expect(failure.hint).toContain("ledger_other");
  await other.stop();
});

test("a mistyped name gets the nearest, a missing worker those that are there", async () => {
  expect(await failureOf("legder_app")).toMatchObject({ code: "target-not-found", hint: "did you mean ledger_app?" });
  expect(await failureOf("ledger_app/9")).toMatchObject({ code: "target-not-found", hint: "there is ledger_app/1, ledger_app/2" });
  expect((await failureOf("no-such-thing-at-all")).hint).toMatch(/ledger_app|and \d+ more$/);
  expect((await failureOf("")).code).toBe("target-not-found");
  expect((await failureOf("ledger_app/x/y")).code).toBe("target-not-found");
});

test("no such pid, also one that no kernel has, is not found", async () => {
  expect(await failureOf("999999999")).toMatchObject({ code: "target-not-found", message: "there is no process 999999999" });
  expect((await failureOf("99999999999999999999")).code).toBe("target-not-found");
  expect((await failureOf("0")).code).toBe("target-not-found");
});

test("a process without Python is named", async () => {
  const other = spawn("sleep", ["600"]);
  const failure = await failureOf(String(other.pid));
  expect(failure.code).toBe("not-python");
  expect(failure.message).toMatch(/is \/\S+ \(sleep\), which holds no Python/);
  other.kill("SIGKILL");
});

test("a kernel thread is named", async (context) => {
  const stat = readStat(2);
  if (typeof stat !== "object" || !stat.kernelThread) return context.skip("pid 2 is no kernel thread here");
  expect(await failureOf("2")).toMatchObject({ code: "not-python", message: "process 2 (kthreadd) is a thread of the kernel" });
});

test("a zombie has ended, and its parent is named", async () => {
  const holder = await startTarget({
    python,
    program:
      "import os, time\nchild = os.fork()\nif child == 0: os._exit(0)\ntime.sleep(0.2)\nprint('child', child)\nprint('ready', flush=True)\ntime.sleep(600)\n",
  });
  const child = /child (\d+)/.exec(holder.output().stdout)?.[1] ?? "";
  const failure = await failureOf(child);
  expect(failure.code).toBe("target-gone");
  expect(failure.message).toContain(`its parent ${holder.pid} has not collected it`);
  await holder.stop();
});

test("a port of another program names it, an unused port lists those of Python", async () => {
  const server: Server = createServer();
  const own = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)),
  );
  // Our own process is left out of every list, so a child holds a second listener.
  const script = "const s=require('net').createServer().listen(0,'127.0.0.1',()=>console.log(s.address().port))";
  const child: ChildProcess = spawn(process.execPath, ["-e", script]);
  const other = await new Promise<string>((resolve) => child.stdout?.once("data", (data: Buffer) => resolve(data.toString().trim())));
  expect(await failureOf(`:${other}`)).toMatchObject({ code: "not-python" });
  expect((await failureOf(`:${other}`)).message).toContain(`port ${other} belongs to process ${child.pid}, `);
  child.kill("SIGKILL");
  server.close();
  expect(await failureOf(`:${own === 1 ? 2 : 1}`)).toMatchObject({ code: "target-not-found" });
  expect((await failureOf(":1")).hint).toMatch(new RegExp(`:${port}\\b|and \\d+ more$`));
});

test("a pid that another process took over is not the same target", async () => {
  const [target] = await resolveTargets("ledger_app/1", none);
  if (target === undefined) throw new Error("no target");
  expect(stillTheSame(target)).toBe(true);
  expect(stillTheSame({ pid: target.pid, startTicks: target.startTicks + 1 })).toBe(false);
  expect(stillTheSame({ pid: 2 ** 30, startTicks: 1 })).toBe(false);
});

test("completion offers services, workers, ports and pids", async () => {
  const names = await listTargetNames({ services: [] }, new AbortController().signal);
  expect(names).toEqual(expect.arrayContaining(["ledger_app", "ledger_app/1", "ledger_app/2", `:${port}`, String(parent.pid)]));
});

test("versions that can't be read are listed and refused by name", async (context) => {
  const old = "/root/.pyenv/versions/2.7.18/bin/python2.7";
  const started = await startTarget({
    python: old,
    program: "import sys, time\nprint('ready')\nsys.stdout.flush()\ntime.sleep(600)\n",
  }).catch(() => undefined);
  if (started === undefined) return context.skip("no Python 2.7 is here");
  expect(listServices(none).find(({ pid }) => pid === started.pid)?.process).toMatchObject({ version: "2.7", supported: false });
  expect(await failureOf(String(started.pid))).toMatchObject({ code: "python-unsupported" });
  await started.stop();
});
