// The parsers of /proc files on texts as kernels write them, and on texts that a hostile process could bring about.

import { expect, test } from "vitest";
import { parseControlGroup } from "../../../src/outside/proc/cgroup.ts";
import { parseArguments } from "../../../src/outside/proc/cmdline.ts";
import { parseDescriptor } from "../../../src/outside/proc/fd.ts";
import { parseMounts } from "../../../src/outside/proc/mounts.ts";
import { formatAddress, parseInternetTable, parseUnixTable } from "../../../src/outside/proc/net.ts";
import { parseStat } from "../../../src/outside/proc/stat.ts";
import { parseStatus } from "../../../src/outside/proc/status.ts";
import { parseCurrentCall } from "../../../src/outside/proc/syscall.ts";

const fields = "S 1 7 7 34816 7 4194304 100 0 0 0 12 34 0 0 20 0 17 0 5555 1000000 900";

test("a stat line is read from its last bracket on, whatever the name holds", () => {
  const stat = parseStat(`42 (a) R 9 (b)) ${fields}`);
  expect(stat).toMatchObject({
    pid: 42,
    comm: "a) R 9 (b)",
    state: "S",
    ppid: 1,
    ttyNumber: 34816,
    userTicks: 12,
    systemTicks: 34,
    threads: 17,
    startTicks: 5555,
    kernelThread: false,
  });
});

test("the flag of a kernel thread is seen", () => {
  expect(parseStat(`2 (kthreadd) ${fields.replace("4194304", "2129984")}`)?.kernelThread).toBe(true);
});

test("a stat line that is cut short is no stat", () => {
  expect(parseStat("42 (x) S 1 7")).toBeUndefined();
  expect(parseStat("")).toBeUndefined();
});

test("the first line of a name counts in status, so that a name can't forge another", () => {
  const status = parseStatus(
    "Name:\tx\\nUid:\nTgid:\t42\nUid:\t1000\t1001\t1002\t1003\nNSpid:\t42\t7\nCapEff:\t000001ffffffffff\nSeccomp:\t2\nVmRSS:\t  2048 kB\nThreads:\t3\nSigCgt:\t0000000000004002\nUid:\t0\t0\t0\t0\n",
  );
  expect(status).toMatchObject({
    tgid: 42,
    uid: { real: 1000, effective: 1001, saved: 1002, filesystem: 1003 },
    namespacePids: [42, 7],
    seccomp: 2,
    residentBytes: 2048 * 1024,
    threads: 3,
  });
  expect(status?.effectiveCapabilities).toBe(0x1ffffffffffn);
  expect(status?.caughtSignals).toBe(0x4002n);
});

test("a text without the lines of status is none", () => {
  expect(parseStatus("hello")).toBeUndefined();
});

test("the zeros that pad a title are no arguments, and empty arguments in between stay", () => {
  expect(parseArguments("gunicorn: worker [shop]\0\0\0\0")).toEqual(["gunicorn: worker [shop]"]);
  expect(parseArguments("python\0\0-c\0x\0")).toEqual(["python", "", "-c", "x"]);
  expect(parseArguments("")).toEqual([]);
});

test("a file that is called like a socket is a file", () => {
  expect(parseDescriptor(3, "/tmp/socket:[77]")).toMatchObject({ kind: "file", inode: 0 });
  expect(parseDescriptor(3, "socket:[77]")).toMatchObject({ kind: "socket", inode: 77 });
  expect(parseDescriptor(3, "anon_inode:[eventpoll]")).toMatchObject({ kind: "epoll" });
});

test.each([
  ["0100007F", "127.0.0.1"],
  ["00000000000000000000000001000000", "[::1]"],
  ["00000000000000000000000000000000", "[::]"],
  ["0000000000000000FFFF00000500000A", "10.0.0.5"],
  ["B80D0120000000000000000001000000", "[2001:db8::1]"],
  ["B80D012001000000000000000000010F", "[2001:db8:0:1::f01:0]"],
])("the kernel's %s is the address %s", (digits, address) => {
  expect(formatAddress(digits)).toBe(address);
});

test("a table of TCP sockets gives state, local end and peer by inode, and skips what it can't read", () => {
  const text = [
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
    "   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 111 1 0000000000000000 100 0 0 10 0",
    "   1: 0200000A:C350 0500000A:1538 01 00000000:00000000 00:00000000 00000000  1000        0 222 1 0000000000000000 20 4 30 10 -1",
    "   2: 0200000A:C351 0500000A:1538 06 00000000:00000000 00:00000000 00000000     0        0 0 1 0000000000000000",
    "garbage",
  ].join("\n");
  const entries = parseInternetTable(text, "tcp");
  expect(entries.get(111)).toEqual({ protocol: "tcp", state: "listening", local: "127.0.0.1:8000", port: 8000 });
  expect(entries.get(222)).toEqual({ protocol: "tcp", state: "connected", local: "10.0.0.2:50000", port: 50000, peer: "10.0.0.5:5432" });
  expect(entries.size).toBe(2);
});

test("unix sockets carry their path, also one with blanks", () => {
  const text =
    "Num RefCount Protocol Flags Type St Inode Path\nffff8880: 00000002 00000000 00010000 0001 01 333 /run/my app.sock\nffff8881: 00000003 00000000 00000000 0001 03 444\n";
  const entries = parseUnixTable(text);
  expect(entries.get(333)).toMatchObject({ state: "listening", local: "/run/my app.sock" });
  expect(entries.get(444)).toMatchObject({ state: "connected", local: "" });
});

const id = "3f2a".repeat(16);

test.each([
  [`0::/system.slice/docker-${id}.scope`, { container: { kind: "docker", id } }],
  [`12:pids:/docker/${id}\n1:name=systemd:/docker/${id}`, { container: { kind: "docker", id } }],
  [
    `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod12_34.slice/cri-containerd-${id}.scope`,
    { container: { kind: "kubernetes", id } },
  ],
  [`11:memory:/kubepods/burstable/pod1234-5678/${id}`, { container: { kind: "kubernetes", id } }],
  [`0::/machine.slice/libpod-${id}.scope/container`, { container: { kind: "podman", id } }],
  [`0::/user.slice/user-1000.slice/user@1000.service/app.slice/nerdctl-${id}.scope`, { container: { kind: "containerd", id } }],
  ["0::/system.slice/shop.service", { unit: "shop.service" }],
  ["0::/", {}],
  ["", {}],
])("the control group %s is recognised", (text, expected) => {
  expect(parseControlGroup(text)).toEqual(expected);
});

test("a system call line gives number and arguments, and the words for no call their own kind", () => {
  expect(parseCurrentCall("0 0x3 0x7f 0x20 0x0 0x0 0x0 0x7fff 0x7fee\n")).toEqual({
    kind: "call",
    number: 0,
    arguments: [3, 0x7f, 0x20, 0, 0, 0],
    registers: { stackPointer: 0x7fff, instruction: 0x7fee },
  });
  expect(parseCurrentCall("running\n")).toEqual({ kind: "running" });
  expect(parseCurrentCall("-1 0x7fff 0x7fee\n")).toEqual({ kind: "blocked" });
  expect(parseCurrentCall("nonsense")).toBeUndefined();
});

test("mount lines give id and type, with and without optional fields, but for the root's own", () => {
  const text =
    "21 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n22 21 0:5 / /proc rw,nosuid shared:7 master:1 - proc proc rw\n23 21 0:44 / /mnt/a\\040b rw - fuse.sshfs host: rw\n";
  expect([...parseMounts(text)]).toEqual([
    ["22", "proc"],
    ["23", "fuse.sshfs"],
  ]);
});
