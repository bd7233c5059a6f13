// What `locals` does at its limits and borders: cuts with true sizes, values that change, broken memory, whose thread and frame, who may ask.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { findInterpreters } from "../rig/interpreters.ts";
import { ispyd } from "../rig/ispyd.ts";
import { startTarget, stopTargets } from "../rig/target.ts";

interface Value {
  kind: string;
  type: string;
  text?: string;
  items?: Value[];
  entries?: { key: Value; value: Value }[];
  fields?: { name: string; value: Value }[];
  cut?: true;
  size?: number;
  fieldCount?: number;
  changed?: true;
}

interface LocalsTarget {
  paused: boolean;
  thread: { name: string; main: boolean };
  frame: { function: string; line: number; number: number; stayed: boolean };
  variables: { name: string; kind: string; value: Value }[];
  variableCount: number;
}

interface Asked {
  exitCode: number | null;
  target: LocalsTarget | undefined;
  value(name: string): Value | undefined;
  error: { code: string; message: string; hint: string } | undefined;
}

const interpreters = await findInterpreters();
const newest = interpreters.at(-1)?.path ?? "no CPython is here";

afterEach(stopTargets);

async function ask(pid: number, ...options: string[]): Promise<Asked> {
  const { stdout, exitCode, stderr } = await ispyd(["locals", String(pid), "--json", "--reason", "test", ...options]);
  // A failure is JSON too, on the other stream.
  const { targets, error } = JSON.parse(stdout === "" ? stderr : stdout) as { targets?: LocalsTarget[]; error?: Asked["error"] };
  const target = targets?.[0];
  return { exitCode, target, value: (name) => target?.variables.find((variable) => variable.name === name)?.value, error };
}

const large = `
import time
class Wide:
    def __init__(self):
        for index in range(70):
            setattr(self, "field%d" % index, index)
def stand():
    text = "\\u0416" * 5000
    raw = b"r" * 100000
    row = list(range(100000))
    table = {number: number for number in range(200000)}
    group = set(range(300000))
    wide = Wide()
    deep = [1, [2, [3, [4, [5]]]]]
    whole = 1 << 200000
    digits = 10 ** 5000
    print("ready", flush=True)
    time.sleep(600)
stand()
`;

describe.each(interpreters)("Python $full", (python) => {
  test("what is cut carries its true size", async () => {
    const { pid } = await startTarget({ python, program: large });
    const { value, target } = await ask(pid, "--items", "5", "--fields", "3", "--characters", "10", "--depth", "2");
    expect(value("text")).toMatchObject({ text: "Ж".repeat(10), cut: true, size: 5000 });
    expect(value("raw")).toMatchObject({ text: "r".repeat(10), cut: true, size: 100_000 });
    // 3.12 and later count the variables of comprehensions among those of the function.
    expect(target?.variableCount).toBeGreaterThanOrEqual(9);
    expect(target?.variables).toHaveLength(5);
    const all = await ask(pid, "--items", "12", "--fields", "3", "--depth", "2");
    expect(all.value("row")).toMatchObject({ cut: true, size: 100_000 });
    expect(all.value("row")?.items?.map(({ text }) => text)).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"]);
    expect(all.value("table")).toMatchObject({ cut: true, size: 200_000 });
    expect(all.value("table")?.entries).toHaveLength(12);
    expect(all.value("group")).toMatchObject({ cut: true, size: 300_000 });
    expect(all.value("group")?.items).toHaveLength(12);
    expect(all.value("wide")).toMatchObject({ cut: true, fieldCount: 70 });
    expect(all.value("wide")?.fields).toHaveLength(3);
    expect(all.value("deep")?.items?.[1]?.items?.[1]).toEqual({ kind: "sequence", type: "list", items: [], cut: true, size: 2 });
    expect(all.value("whole")).toEqual({ kind: "int", type: "int", cut: true, size: 60_206 });
    expect(all.value("digits")).toMatchObject({ text: `1${"0".repeat(255)}`, cut: true, size: 5001 });
  });
});

test("the limit of size leaves something of every variable, and says that it was reached", async () => {
  const { pid } = await startTarget({ python: newest, program: large });
  const { stdout, exitCode, stderr } = await ispyd([
    "locals",
    String(pid),
    "--json",
    "--reason",
    "test",
    "--size",
    "4",
    "--items",
    "1000",
    "--characters",
    "16384",
  ]);
  expect(exitCode).toBe(5);
  expect(stdout + stderr).toContain("the limit of size was reached");
  const [target] = (JSON.parse(stdout) as { targets: LocalsTarget[] }).targets;
  // A single text may be longer than what is left; everything else keeps to the limit.
  const short = target?.variables.filter(({ value }) => value.text === undefined);
  expect(JSON.stringify(short).length).toBeLessThan(6_000);
  expect(target?.variables.filter(({ value }) => value.kind === "left out").length).toBeLessThan(9);
});

const busy = `
import threading
class Counter:
    pass
def spin():
    counter = Counter()
    counter.value = 0
    fixed = "stays"
    row = [0, "stays"]
    print("ready", flush=True)
    while True:
        counter.value += 1
        row[0] += 1
spin()
`;

const turning = `
import time
def wait():
    time.sleep(0.002)
def first():
    mine = "first"
    wait()
def second():
    mine = "second"
    wait()
print("ready", flush=True)
while True:
    first()
    second()
`;

test.each(interpreters)(
  "of calls of Python $full that take turns in one place, none is told with the other's variables",
  async (python) => {
    const { pid } = await startTarget({ python, program: turning });
    const waiting = turning.split("\n").flatMap((line, index) => (line === "    wait()" ? [index + 1] : []));
    for (let look = 0; look < 5; look += 1) {
      const { target, value, error } = await ask(pid, "--frame", "1");
      const mine = value("mine");
      const whole = target?.frame.stayed === true && waiting.includes(target.frame.line) && mine?.changed !== true;
      // Between two calls the frame is the module's.
      expect(whole ? mine?.text : target?.frame.function, error?.message).toBe(target?.frame.function);
    }
  },
);

function countersOf({ value }: Asked): (Value | undefined)[] {
  return [value("counter")?.fields?.[0]?.value, value("row")?.items?.[0]];
}

async function askUntil(pid: number, options: readonly string[], settled: (asked: Asked) => boolean): Promise<Asked> {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    const asked = await ask(pid, ...options);
    if (settled(asked)) return asked;
  }
  throw new Error("it never was as it should be");
}

test.each(interpreters)(
  "values of a running thread of Python $full that differ at the second look are marked; with --pause none is",
  async (python) => {
    const { pid } = await startTarget({ python, program: busy });
    // On a busy machine the thread may not have had its turn between two looks, and a stop may be cut short.
    const { value, target } = await askUntil(pid, [], (asked) => countersOf(asked).every((counter) => counter?.changed === true));
    expect(target?.frame).toMatchObject({ function: "spin", stayed: true });
    expect(value("fixed")).toEqual({ kind: "str", type: "str", text: "stays" });
    expect(value("row")?.items?.[1]).toMatchObject({ text: "stays" });
    expect(value("row")?.items?.[1]).not.toHaveProperty("changed");
    const paused = await askUntil(pid, ["--pause"], (asked) => asked.target?.paused === true && countersOf(asked)[0]?.text !== undefined);
    expect(JSON.stringify(paused.target)).not.toContain('"changed"');
    expect(Number(paused.value("counter")?.fields?.[0]?.value.text)).toBeGreaterThan(0);
  },
);

// Every header of these objects is overwritten by the program itself, which never touches them again.
const broken = `
import collections, ctypes, sys, time, datetime, decimal
class Plain:
    def __init__(self):
        self.a = 1
class Slots:
    __slots__ = ("a",)
kept = []
def write(value, offset, word):
    kept.append(value)
    ctypes.c_uint64.from_address(id(value) + offset).value = word
def stand():
    no_type = Plain(); write(no_type, 8, 0x10)
    odd_type = Plain(); write(odd_type, 8, 0x7fffffffff01)
    text_type = Plain(); write(text_type, 8, id("text"))
    list_size = [1, 2]; write(list_size, 16, 2 ** 62)
    list_items = [1, 2]; write(list_items, 24, 0xdeadbeef)
    tuple_size = tuple([1, 2, 3]); write(tuple_size, 16, 2 ** 39)
    text_length = "".join(["a", "b" * 30]); write(text_length, 16, 2 ** 50)
    text_state = "".join(["a", "c" * 30]); write(text_state, 32, 0xffffffff)
    whole = 2 ** 100; write(whole, 16, 2 ** 60)
    table = {"a": 1}; write(table, 32, 0x1234)
    table_values = {"a": 1}; write(table_values, 40, 0xdeadbeef000)
    group = {1, 2}; write(group, 32, 2 ** 62)
    group_table = {1, 2}; write(group_table, 40, 0xdeadbeef000)
    queue = collections.deque([1]); write(queue, 24, 0xdeadbeef000)
    self_queue = collections.deque(range(9)); write(self_queue, 16, 2 ** 39)
    number = decimal.Decimal("1.5"); write(number, 24 + 40, 0xdeadbeef000)
    words = decimal.Decimal("1.5"); write(words, 24 + 24, 2 ** 60)
    raw = bytes(bytearray(b"abc")) + b"d"; write(raw, 16, 2 ** 50)
    after = "still read"
    print("ready", flush=True)
    time.sleep(600)
stand()
`;

test.each(interpreters)("objects of Python $full whose memory makes no sense are unreadable, and the rest is read", async (python) => {
  const { pid } = await startTarget({ python, program: broken });
  const { value, target, exitCode } = await ask(pid, "--depth", "8", "--items", "1000");
  expect([0, 5]).toContain(exitCode);
  expect(value("after")).toEqual({ kind: "str", type: "str", text: "still read" });
  for (const name of [
    "no_type",
    "odd_type",
    "text_type",
    "list_size",
    "list_items",
    "text_length",
    "text_state",
    "table",
    "group_table",
    "queue",
    "raw",
  ]) {
    expect(value(name), name).toMatchObject({ kind: "unreadable" });
  }
  expect(target?.variables).toHaveLength(19);
});

const threads = `
import threading, time
def outer(label):
    mark = "outer " + label
    inner(label)
def inner(label):
    mark = "inner " + label
    hold.wait()
hold = threading.Event()
for name in ("one", "two", "two"):
    threading.Thread(target=outer, args=(name,), name=name, daemon=True).start()
threading.Thread(target=time.sleep, args=(600,), name="library", daemon=True).start()
time.sleep(0.3)
print("ready", flush=True)
time.sleep(600)
`;

test("threads are found by name and id, frames counted from the innermost of the application", async () => {
  const { pid } = await startTarget({ python: newest, program: threads });
  const main = await ask(pid);
  expect(main.target).toMatchObject({ thread: { main: true }, frame: { function: "<module>" } });
  expect((await ask(pid, "--thread", "one")).value("mark")?.text).toBe("inner one");
  expect((await ask(pid, "--thread", "one", "--frame", "1")).value("mark")?.text).toBe("outer one");
  expect((await ask(pid, "--thread", "one", "--all")).target?.frame.function).not.toBe("inner");
  expect((await ask(pid, "--thread", String(pid))).target?.thread.main).toBe(true);
  expect((await ask(pid, "--thread", "two")).error).toMatchObject({ code: "target-ambiguous" });
  expect((await ask(pid, "--thread", "three")).error).toMatchObject({
    code: "argument-invalid",
    message: expect.stringContaining("three") as string,
  });
  expect((await ask(pid, "--thread", "one", "--frame", "7")).error).toMatchObject({
    message: "there is no frame 7: the thread has 2 application frames",
  });
  expect((await ask(pid, "--thread", "library")).error).toMatchObject({ hint: expect.stringContaining("--all") as string });
});

test.each(interpreters)("a comprehension of a module of Python $full shows its variable", async (python) => {
  const program = `import time\ndef stand(item):\n    print("ready", flush=True)\n    time.sleep(600)\ntop = "module"\n[stand(item) for item in ("first",)]\n`;
  const { pid } = await startTarget({ python, program });
  const inlined = Number(python.version.split(".")[1]?.replace("t", "")) >= 12;
  const { target } = await ask(pid, "--frame", "1");
  expect(target?.variables.find(({ name }) => name === "item")).toEqual({
    name: "item",
    kind: inlined ? "comprehension" : "local",
    value: { kind: "str", type: "str", text: "first" },
  });
  const module = await ask(pid, "--frame", inlined ? "1" : "2");
  expect(module.target?.variables.find(({ name }) => name === "top")).toMatchObject({ kind: "namespace", value: { text: "module" } });
});

const waiting = `import os, sys, time\nif len(sys.argv) > 1: os.environ["ISPYD_CEILING"] = sys.argv[1]\nprint("ready", flush=True)\ntime.sleep(600)\n`;

// Fields 50 and 51 of /proc/self/stat: where the environment lies (proc_pid_stat(5)).
const overwriting = `
import ctypes, os, time
start, end = [int(field) for field in open("/proc/self/stat").read().rsplit(")", 1)[1].split()[47:49]]
ctypes.memset(start, ord("t"), end - start)
print("ready", flush=True)
time.sleep(600)
`;

describe("the ceiling of the application's owner", () => {
  test.each(["look", "inspect", "nonsense", ""])("%j in the environment refuses and says who set it", async (level) => {
    const { pid } = await startTarget({ python: newest, program: waiting, env: { ISPYD_CEILING: level } });
    const { error, exitCode } = await ask(pid);
    expect(exitCode).toBe(3);
    expect(error).toMatchObject({ code: "level-refused", message: expect.stringContaining("ISPYD_CEILING in its environment") as string });
  });

  test.each(["capture", "change", "console"])("%j in the environment lets it through", async (level) => {
    const { pid } = await startTarget({ python: newest, program: waiting, env: { ISPYD_CEILING: level } });
    expect((await ask(pid)).exitCode).toBe(0);
  });

  test.each(interpreters)("one that the program of Python $full sets itself in os.environ holds too", async (python) => {
    const { pid } = await startTarget({ python, program: waiting, args: ["look"], env: { ISPYD_CEILING: "console" } });
    expect((await ask(pid)).error).toMatchObject({ code: "level-refused", message: expect.stringContaining("os.environ") as string });
  });

  test("one in an environment that the process has written over, as titles do, is found in os.environ", async () => {
    const { pid } = await startTarget({ python: newest, program: overwriting, env: { ISPYD_CEILING: "look" } });
    expect((await ask(pid)).error).toMatchObject({ code: "level-refused", message: expect.stringContaining("os.environ") as string });
    const other = await startTarget({ python: newest, program: overwriting });
    expect((await ask(other.pid)).exitCode).toBe(0);
  });

  test("the file ispyd.ceiling in the working directory holds, and the lower of two counts", async () => {
    const { pid, directory } = await startTarget({ python: newest, program: waiting, env: { ISPYD_CEILING: "console" } });
    expect((await ask(pid)).exitCode).toBe(0);
    writeFileSync(join(directory, "ispyd.ceiling"), "look\n");
    expect((await ask(pid)).error).toMatchObject({
      code: "level-refused",
      message: expect.stringContaining(join(directory, "ispyd.ceiling")) as string,
    });
    writeFileSync(join(directory, "ispyd.ceiling"), "capture\n");
    expect((await ask(pid)).exitCode).toBe(0);
  });
});

test("without a reason nothing is read", async () => {
  const { pid } = await startTarget({ python: newest, program: waiting });
  const { exitCode, stdout, stderr } = await ispyd(["locals", String(pid), "--json"]);
  expect([exitCode, stdout]).toEqual([3, ""]);
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: "reason-needed" } });
});
