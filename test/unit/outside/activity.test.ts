// What threads of a real Python process are said to do, each blocked in a known way.

import { afterAll, beforeAll, expect, test } from "vitest";
import { type Activity, threadActivity } from "../../../src/outside/activity.ts";
import { openMemory, ProcessMemory } from "../../../src/outside/memory.ts";
import { openSocketTable } from "../../../src/outside/proc/net.ts";
import { awaitedDescriptor } from "../../../src/outside/poll-arguments.ts";
import { systemCallName } from "../../../src/outside/system-calls.ts";
import { findInterpreters } from "../../rig/interpreters.ts";
import { startTarget, stopTargets, type Target } from "../../rig/target.ts";

const program = `
import fcntl, os, select, socket, subprocess, sys, threading, time

def tell(name, function):
    def run():
        sys.stdout.write(f"thread {name} {threading.get_native_id()}\\n")
        function()
    threading.Thread(target=run, daemon=True).start()

server = socket.create_server(("127.0.0.1", 0))
port = server.getsockname()[1]
quiet = socket.create_connection(("127.0.0.1", port))
accepted, _ = server.accept()
timed = socket.create_connection(("127.0.0.1", port))
timed_peer, _ = server.accept()
timed.settimeout(600)
full = socket.create_connection(("127.0.0.1", port))
full_peer, _ = server.accept()
listener6 = socket.create_server(("::1", 0), family=socket.AF_INET6) if socket.has_ipv6 else server
read_end, write_end = os.pipe()
unix = socket.socket(socket.AF_UNIX)
unix.bind("unix.sock")
unix.listen(1)
lock_file = open("lock", "w")
fcntl.flock(lock_file, fcntl.LOCK_EX)
lock = threading.Lock()
lock.acquire()

def fill():
    while True:
        full.sendall(b"x" * 1000000)

def flock():
    with open("lock", "w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)

def spin():
    while True:
        pass

def epoll():
    waiting = select.epoll()
    waiting.register(read_end, select.EPOLLIN)
    waiting.poll(600)

print("ports", port, quiet.getsockname()[1], timed.getsockname()[1], full.getsockname()[1], listener6.getsockname()[1], flush=True)
tell("lock", lock.acquire)
tell("sleep", lambda: time.sleep(600))
tell("recv", lambda: quiet.recv(1))
tell("timed", lambda: timed.recv(1))
tell("send", fill)
tell("accept", server.accept)
tell("accept6", listener6.accept)
tell("acceptunix", unix.accept)
tell("pipe", lambda: os.read(read_end, 1))
tell("select", lambda: select.select([server, read_end], [], [], 600))
tell("epoll", epoll)
tell("flock", flock)
tell("child", lambda: subprocess.run(["sleep", "600"]))
tell("spin", spin)
time.sleep(1)
print("ready", flush=True)
time.sleep(600)
`;

let target: Target;
const tids = new Map<string, number>();
let ports: number[] = [];

beforeAll(async () => {
  const python = (await findInterpreters()).find(({ version }) => version === "3.11") ?? (await findInterpreters()).at(-1);
  if (python === undefined) throw new Error("no CPython is here");
  target = await startTarget({ python, program });
  for (const line of target.output().stdout.split("\n")) {
    const [kind, name = "", tid] = line.split(" ");
    if (kind === "thread") tids.set(name, Number(tid));
    if (kind === "ports") ports = line.split(" ").slice(1).map(Number);
  }
}, 60_000);

afterAll(stopTargets);

function activityOf(name: string, more: { waitsForGil?: boolean; withMemory?: boolean } = {}): Activity {
  const tid = name === "main" ? target.pid : tids.get(name);
  if (tid === undefined) throw new Error(`the program named no thread ${name}`);
  const memory = openMemory(target.pid);
  if (!(memory instanceof ProcessMemory)) throw new Error(memory.errno);
  const activity = threadActivity({
    pid: target.pid,
    tid,
    holdsGil: false,
    waitsForGil: more.waitsForGil ?? false,
    sockets: openSocketTable(target.pid),
    ...(more.withMemory === false ? {} : { memory }),
  });
  memory.close();
  return activity;
}

test("a lock, a sleep, a loop and a child are told apart", () => {
  expect(activityOf("lock")).toEqual({ state: "waits for a lock" });
  expect(activityOf("sleep")).toEqual({ state: "sleeps" });
  expect(activityOf("main")).toEqual({ state: "sleeps" });
  expect(activityOf("child")).toEqual({ state: "waits for a child process" });
  expect(activityOf("epoll")).toEqual({ state: "idle in epoll" });
});

test("a thread that computes is on the processor, or waits for its turn there", () => {
  const seen = Array.from({ length: 20 }, () => activityOf("spin").state);
  expect(seen).toContain("on CPU");
});

test("the caller's word that a thread waits for the GIL decides over the futex", () => {
  expect(activityOf("lock", { waitsForGil: true })).toEqual({ state: "waits for the GIL" });
});

test("reads and writes of a socket name the other end", () => {
  const [port = 0] = ports;
  expect(activityOf("recv")).toEqual({ state: "reads a socket", detail: `from 127.0.0.1:${port}` });
  expect(activityOf("send")).toEqual({ state: "writes a socket", detail: `to 127.0.0.1:${port}` });
});

test("a read with a timeout, which waits in poll, is a read all the same", () => {
  expect(activityOf("timed")).toEqual({ state: "reads a socket", detail: `from 127.0.0.1:${ports[0]}` });
  expect(activityOf("timed", { withMemory: false }).state).toBe("waits in poll");
});

test("accepting names the address, also of IPv6 and unix sockets, and through select", () => {
  expect(activityOf("accept")).toEqual({ state: "accepts connections", detail: `on 127.0.0.1:${ports[0]}` });
  expect(activityOf("accept6").detail).toBe(ports[4] === ports[0] ? `on 127.0.0.1:${ports[0]}` : `on [::1]:${ports[4]}`);
  expect(activityOf("acceptunix")).toEqual({ state: "accepts connections", detail: "on unix.sock" });
  expect(activityOf("select")).toEqual({ state: "accepts connections", detail: `on 127.0.0.1:${ports[0]}` });
});

test("a pipe and a file lock are named", () => {
  expect(activityOf("pipe")).toEqual({ state: "reads a pipe" });
  expect(activityOf("flock")).toEqual({ state: "waits for a lock", detail: `${target.directory}/lock` });
});

test("a thread that is not there has ended", () => {
  const sockets = openSocketTable(target.pid);
  expect(threadActivity({ pid: target.pid, tid: 2 ** 30, holdsGil: false, waitsForGil: false, sockets })).toEqual({ state: "ended" });
});

test("a stopped process says so", async () => {
  process.kill(target.pid, "SIGSTOP");
  await expect.poll(() => activityOf("sleep").state, { timeout: 2_000 }).toBe("stopped");
  process.kill(target.pid, "SIGCONT");
});

test("after a stop a sleep is still a sleep, although the kernel calls it restart_syscall", async () => {
  await expect.poll(() => activityOf("sleep").state, { timeout: 2_000 }).toBe("sleeps");
  expect(activityOf("child").state).toBe("waits for a child process");
});

test("both machines have the calls that threads wait in", () => {
  expect(systemCallName(202, "x64")).toBe("futex");
  expect(systemCallName(98, "arm64")).toBe("futex");
  expect(systemCallName(207, "arm64")).toBe("recvfrom");
  expect(systemCallName(9_999, "x64")).toBeUndefined();
});

test("poll and select without anything to wait for are sleeps, and unreadable sets are only poll", () => {
  expect(awaitedDescriptor("poll", [0, 0, 100], undefined)).toEqual({ purpose: "sleep" });
  expect(awaitedDescriptor("pselect6", [0, 0, 0], undefined)).toEqual({ purpose: "sleep" });
  expect(awaitedDescriptor("select", [2 ** 40, 0x5000, 0], undefined)).toEqual({ purpose: "poll", count: 0 });
  expect(awaitedDescriptor("poll", [0x5000, 2 ** 40, 0], undefined)).toEqual({ purpose: "poll", count: 2 ** 40 });
});

test("an fcntl that does not wait is no lock", () => {
  expect(awaitedDescriptor("fcntl", [3, 1], undefined)).toBeUndefined();
  expect(awaitedDescriptor("fcntl", [3, 7], undefined)).toEqual({ purpose: "lock", descriptor: 3 });
});
