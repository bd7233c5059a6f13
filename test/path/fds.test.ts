// `fds` on a process that holds one of everything, leaks, and neglects connections that the other side has closed.

import { afterEach, describe, expect, test } from "vitest";
import { findInterpreters, type Interpreter } from "../rig/interpreters.ts";
import { ispyd } from "../rig/ispyd.ts";
import { startTarget, stopTargets } from "../rig/target.ts";

interface Group {
  kind: string;
  what: string;
  state: string;
  deleted: boolean;
  count: number;
  growth: number;
}

interface Answer {
  total: number;
  softLimit?: number;
  looks: number[];
  kinds: { kind: string; count: number; growth: number }[];
  groups: Group[];
  groupCount: number;
  descriptors: { number: number; kind: string }[];
  findings: string[];
}

const all = await findInterpreters();
const python = all.at(-1) ?? "python3";

afterEach(stopTargets);

const program = `
import os, resource, select, socket, sys, tempfile, time
resource.setrlimit(resource.RLIMIT_NOFILE, (120, 400))
server = socket.socket(); server.bind(("127.0.0.1", 0)); server.listen(50)
kept = []
for _ in range(8):
    client = socket.create_connection(server.getsockname()); accepted, _peer = server.accept()
    accepted.close(); kept.append(client)
client = socket.create_connection(server.getsockname()); accepted, _peer = server.accept()
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); udp.bind(("127.0.0.1", 0))
pair = socket.socketpair()
poll = select.epoll()
reader, writer = os.pipe()
deleted = [tempfile.TemporaryFile() for _ in range(12)]
null = open("/dev/null")
print("ready", server.getsockname()[1], len(os.listdir("/proc/self/fd")) - 1, flush=True)
leaked = []
while len(leaked) < int(sys.argv[1]):
    time.sleep(0.06)
    leaked.append(open("/etc/passwd"))
time.sleep(600)
`;

async function fds(pid: number, ...options: string[]): Promise<Answer> {
  const { stdout, stderr, exitCode } = await ispyd(["fds", String(pid), "--json", ...options]);
  expect(exitCode, stderr).toBe(0);
  const [target] = (JSON.parse(stdout) as { targets: Answer[] }).targets;
  if (target === undefined) throw new Error("no target in the answer");
  return target;
}

test("every kind is named and counted, with peer and state, and what is wrong is said", async () => {
  const target = await startTarget({ python, program, args: ["0"] });
  const [, port, total] = (await target.line(/^ready/)).split(" ");
  const answer = await fds(target.pid, "--for", "200ms");
  const found = (kind: string, state = ""): Group[] =>
    answer.groups.filter((group) => group.kind === kind && (state === "" || group.state === state));
  expect(answer.total).toBe(Number(total));
  expect(answer.descriptors).toHaveLength(answer.total);
  expect(answer.kinds.reduce((sum, { count }) => sum + count, 0)).toBe(answer.total);
  expect(answer.softLimit).toBe(120);
  expect(found("tcp", "listening")).toMatchObject([{ what: `127.0.0.1:${port}`, count: 1 }]);
  expect(found("tcp", "CLOSE_WAIT")).toMatchObject([{ what: `127.0.0.1:${port}`, count: 8 }]);
  expect(found("tcp", "client")).toMatchObject([{ what: `to 127.0.0.1:${port}`, count: 1 }]);
  expect(found("udp")).toHaveLength(1);
  // Besides the pair: standard output and error, which the rig gives it as sockets.
  expect(found("unix", "connected")[0]?.count).toBeGreaterThanOrEqual(2);
  expect(found("epoll")).toMatchObject([{ count: 1 }]);
  expect(found("file").find(({ deleted }) => deleted)?.count).toBe(12);
  expect(found("device").map(({ what }) => what)).toContain("/dev/null");
  expect(answer.findings.join("\n")).toMatch(/8 connections to 127\.0\.0\.1:\d+ in CLOSE_WAIT: the other side has closed them/);
  expect(answer.findings.join("\n")).toMatch(/12 open files are deleted/);
  expect(answer.findings.join("\n")).not.toMatch(/grew|near its limit/);
});

test("a leak is told with what grows and how near the limit is", async () => {
  const target = await startTarget({ python, program, args: ["80"] });
  await expect.poll(async () => (await fds(target.pid, "--for", "1ms")).total, { timeout: 10_000 }).toBeGreaterThan(45);
  const answer = await fds(target.pid, "--for", "600ms");
  expect(answer.looks).toHaveLength(4);
  expect(answer.findings.join("\n")).toMatch(/grew at every look: \d+, \d+, \d+, \d+ in [\d.]+ .*\+\d+ file \/etc\/passwd/);
  await expect
    .poll(async () => (await fds(target.pid, "--for", "1ms")).findings.join("\n"), { timeout: 10_000 })
    .toMatch(/near its limit: \d+ of 120 descriptors are open/);
  const { stdout } = await ispyd(["fds", String(target.pid), "--for", "1ms"]);
  expect(stdout).toMatch(/\d+ open, limit 120 \(may be raised to 400\)/);
});

test("the answer is bounded, and says how much there is", async () => {
  const target = await startTarget({ python, program, args: ["0"] });
  const answer = await fds(target.pid, "--for", "1ms", "--limit", "3");
  expect(answer.groups).toHaveLength(3);
  expect(answer.descriptors).toHaveLength(3);
  expect(answer.groupCount).toBeGreaterThan(3);
  expect(answer.total).toBeGreaterThan(20);
});

describe.each(all.filter(({ version }) => ["3.8", "3.11"].includes(version)))("on Python $version", (interpreter: Interpreter) => {
  test("terminal escapes in a path are drawn harmless", async () => {
    const evil =
      "import os, time\nname = os.path.join(os.getcwd(), '\\x1b[31mevil')\nfile = open(name, 'w')\nprint('ready', flush=True)\ntime.sleep(600)\n";
    const target = await startTarget({ python: interpreter, program: evil });
    const { stdout } = await ispyd(["fds", String(target.pid), "--for", "1ms"]);
    expect(stdout).toContain("evil");
    expect(stdout).not.toContain("\u001b[31mevil");
  });
});
