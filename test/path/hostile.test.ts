// Targets that are not what they seem: interpreters whose files are gone, other namespaces, files of the target's own choosing, names that would act on a terminal.

import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { findInterpreters, type Interpreter } from "../rig/interpreters.ts";
import { type ProgramRun, runProgram } from "../rig/run-program.ts";
import { startTarget, stopTargets, type Target } from "../rig/target.ts";
import { isRoot, ispydBehind, publicFolder } from "./refusals.ts";

const waiting = "import time\ndef waits():\n    print('ready', flush=True)\n    time.sleep(600)\nwaits()\n";
const interpreters = await findInterpreters();
const shared = interpreters.filter(({ build }) => build === "shared");
const newest = interpreters.at(-1)?.path ?? "no CPython is here";
let directory = "";

beforeAll(() => {
  directory = publicFolder();
});
afterEach(stopTargets);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Answer {
  targets: { threads: { tid: number; name: string; frames: { function: string; file: string; line: number; source?: string }[] }[] }[];
}

async function askThreads(pid: number, words: readonly string[] = [], wrapper: readonly string[] = []): Promise<Answer> {
  const run = await ispydBehind(directory, wrapper, ["threads", String(pid), "--json", ...words]);
  expect(run.exitCode, run.stderr).toBe(0);
  return JSON.parse(run.stdout) as Answer;
}

const linesOf = (answer: Answer): number[] => answer.targets[0]?.threads[0]?.frames.map(({ line }) => line) ?? [];

describe.each(shared)("Python $full, whose libpython", (python) => {
  /** Runs on a copy of libpython in the target's own folder; RUNPATH comes after LD_LIBRARY_PATH. */
  async function startOnCopy(): Promise<{ target: Target; copy: string }> {
    const folder = join(directory, `lib-${python.version}`);
    mkdirSync(folder, { recursive: true });
    const original = libraryOf(python);
    const copy = join(folder, original.split("/").at(-1) ?? "");
    copyFileSync(original, copy);
    const target = await startTarget({ python, program: waiting, env: { LD_LIBRARY_PATH: folder } });
    expect(readFileSync(`/proc/${target.pid}/maps`, "utf8")).toContain(copy);
    return { target, copy };
  }

  test("was unlinked, or replaced by something else, is read as before", async () => {
    const { target, copy } = await startOnCopy();
    unlinkSync(copy);
    expect(linesOf(await askThreads(target.pid))).toEqual([4, 5]);
    writeFileSync(`${copy}.new`, "no library at all");
    renameSync(`${copy}.new`, copy);
    expect(linesOf(await askThreads(target.pid))).toEqual([4, 5]);
  });

  test("was cut short while it runs, is read or refused, within the time", async () => {
    for (const share of [0.9, 0.5, 0.01, 0]) {
      const { target, copy } = await startOnCopy();
      truncateSync(copy, Math.floor(statSync(copy).size * share));
      const run = await ispydBehind(directory, [], ["threads", String(target.pid), "--json"]);
      const outcome = run.exitCode === 0 ? linesOf(JSON.parse(run.stdout) as Answer).join() : failureCodeIn(run);
      expect(["4,5", "4 runtime-unreadable"], `${share}: ${run.stdout}${run.stderr}`).toContain(outcome);
      await target.stop();
    }
  });
});

function failureCodeIn({ exitCode, stdout, stderr }: ProgramRun): string {
  const { error } = JSON.parse(stdout === "" ? stderr : stdout) as { error: { code: string } };
  return `${exitCode} ${error.code}`;
}

function libraryOf({ path }: Interpreter): string {
  const folder = join(dirname(dirname(path)), "lib");
  const name = readdirSync(folder).find((entry) => /^libpython3\.\d+\.so\.1\.0$/.test(entry));
  return join(folder, name ?? "no libpython");
}

describe.skipIf(!isRoot)("namespaces (needs root)", () => {
  const says = "import os, time\nprint('ready', os.getpid(), flush=True)\ntime.sleep(600)\n";

  function innerPid(target: Target): number {
    const found = execFileSync("pgrep", ["-P", String(target.pid)], { encoding: "utf8" }).trim();
    return Number(found.split("\n")[0] ?? 0);
  }

  test.each(interpreters)(
    "mount, pid and user namespaces of its own: Python $full is read from outside, with thread ids of this side",
    async (python) => {
      const target = await startTarget({ python: "unshare", args: ["-mpfU", "--map-root-user", "--mount-proc", python.path, "-c", says] });
      expect(await target.line(/^ready/)).toBe("ready 1");
      const pid = innerPid(target);
      const [thread] = (await askThreads(pid)).targets[0]?.threads ?? [];
      expect(thread).toMatchObject({ tid: pid });
      expect(thread?.frames).toMatchObject([{ function: "<module>", file: "<string>", line: 3 }]);
      const tasks = await ispydBehind(directory, [], ["tasks", String(pid)]);
      expect(tasks.exitCode).toBe(0);
    },
  );

  test("asked from inside the same namespaces", async () => {
    const script = `${newest} -c "${says.replaceAll("\n", ";").replace(/;$/, "")}" & sleep 0.5; exec "$0" "$1" threads $! --json`;
    const run = await runProgram("unshare", ["-mpf", "--mount-proc", "sh", "-c", script, process.execPath, join(directory, "ispyd.mjs")], {
      timeoutMs: 10_000,
      env: { ISPYD_AUDIT_DIRECTORY: join(directory, "audit") },
    });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stdout).toContain('"file":"<string>"');
  });
});

const secret = "THE-SECRET-OUTSIDE";

/** A process in a root of its own making, standing in functions whose files are traps. */
function hostileProgram(root: string, files: readonly string[]): string {
  return `
import os, threading, time
os.chroot(${JSON.stringify(root)})
os.chdir("/")
def start(file):
    namespace = dict(time=time)
    exec(compile("def waits():\\n    time.sleep(600)\\nwaits()", file, "exec"), namespace)
for file in ${JSON.stringify(files)}:
    threading.Thread(target=start, args=(file,), name=file, daemon=True).start()
time.sleep(0.3)
print("ready", flush=True)
time.sleep(600)
`;
}

test.skipIf(!isRoot)(
  "a root full of traps: --source leaks nothing from outside, opens no device and does not hang (needs root)",
  { timeout: 30_000 },
  async () => {
    const root = join(directory, "root");
    mkdirSync(join(root, "folder"), { recursive: true });
    writeFileSync(join(directory, "outside.py"), `${secret} 1\n${secret} 2\n${secret} 3\n`);
    writeFileSync(join(root, "real.py"), "first\nTHE-SECOND-LINE\nTHE-THIRD-LINE\n");
    execFileSync("mkfifo", [join(root, "fifo.py")]);
    execFileSync("mknod", [join(root, "zero.py"), "c", "1", "5"]);
    execFileSync("mknod", [join(root, "tty.py"), "c", "5", "0"]);
    execFileSync("mknod", [join(root, "block.py"), "b", "7", "0"]);
    writeFileSync(join(root, "huge.py"), "");
    truncateSync(join(root, "huge.py"), 2 ** 42);
    const links: Record<string, string> = {
      "absolute.py": join(directory, "outside.py"),
      "shadow.py": "/etc/shadow",
      "upwards.py": `${"../".repeat(20)}${directory}/outside.py`,
      "neighbour.py": "../outside.py",
      "loop.py": "loop.py",
      "ring-a.py": "ring-b.py",
      "ring-b.py": "ring-a.py",
      "to-fifo.py": "fifo.py",
      "to-real.py": "/real.py",
      up: "..",
      proc: "/proc",
    };
    for (const [name, to] of Object.entries(links)) symlinkSync(to, join(root, name));
    const server = createServer().listen(join(root, "socket.py"));
    const traps = [
      "fifo.py",
      "zero.py",
      "tty.py",
      "block.py",
      "huge.py",
      "folder",
      "socket.py",
      "missing.py",
      "proc/self/environ",
      "up/up/outside.py",
      "folder/../../outside.py",
      ...Object.keys(links),
    ];
    const files = [
      "/real.py",
      ...traps.map((name) => `/${name}`),
      `/${"deep/".repeat(700)}x.py`,
      "../outside.py",
      join(directory, "outside.py"),
      "/real.py\u0000/etc/shadow",
    ];
    const target = await startTarget({ python: newest, program: hostileProgram(root, files) });
    const startedMs = performance.now();
    const run = await ispydBehind(directory, [], ["threads", String(target.pid), "--source", "--json"]);
    expect(performance.now() - startedMs).toBeLessThan(20_000);
    server.close();
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stdout).not.toContain(secret);
    expect(run.stdout).not.toContain("root:");
    const threads = (JSON.parse(run.stdout) as Answer).targets[0]?.threads ?? [];
    const sources = threads.flatMap(({ name, frames }) =>
      frames.flatMap(({ source, file }) => (source === undefined || !files.includes(file) ? [] : [`${name} ${source}`])),
    );
    // The right files are read, which shows that the question was asked at all.
    expect([...new Set(sources.map((source) => source.split(" ")[0]))].sort()).toEqual(["/real.py", "/to-real.py"]);
    expect(sources).toContain("/real.py THE-SECOND-LINE");
  },
);

const hostileNames = `
import asyncio, ctypes, sys, threading, time, types
evil = "\\x1b[31m\\x1b]0;owned\\x07\\x9b2J\\r\\b\\x00\\u202egnp.exe\\u2066\\u200b\\ufeff\\x7f\\u2028\\U000e0041\\ud800end"
def waits():
    time.sleep(600)
more = dict(co_qualname=evil) if sys.version_info >= (3, 11) else {}
code = waits.__code__.replace(co_name=evil, co_filename="/srv/" + evil + ".py", **more)
class Evil(Exception): pass
Evil.__name__ = Evil.__qualname__ = evil.replace("\\x00", "").replace("\\ud800", "")
def raises():
    try:
        raise Evil()
    except Evil:
        types.FunctionType(code, globals())()
for _ in range(2):
    threading.Thread(target=raises, name=evil, daemon=True).start()
ctypes.CDLL(None).prctl(15, b"\\x1b[31mcomm", 0, 0, 0)
async def main():
    asyncio.current_task().set_name(evil)
    await types.FunctionType((lambda: asyncio.sleep(600)).__code__, globals())()
def tell():
    time.sleep(0.5)
    print("ready", flush=True)
threading.Thread(target=tell).start()
asyncio.run(main())
`;

// What may stand in the output of a command: text without controls (but for the line break), marks of direction, or anything that is not seen.
// eslint-disable-next-line no-control-regex
const unsafe = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/u;

async function checkOnTerminal(words: readonly string[]): Promise<void> {
  const line = [process.execPath, join(directory, "ispyd.mjs"), ...words].join(" ");
  const run = await runProgram("script", ["-qec", line, "/dev/null"], {
    env: { TERM: "xterm-256color", ISPYD_AUDIT_DIRECTORY: join(directory, "audit") },
  });
  // There are ispyd's own colours here; whatever else is an escape came from the target.
  // eslint-disable-next-line no-control-regex
  const rest = run.stdout.replaceAll(/\u001b\[(?:0|1|2|22|3[0-7]|39|9[0-7])?m|\r\n/g, "");
  expect(run.stdout).toContain("\u001b[");
  expect(unsafe.exec(rest), `${words.join(" ")} on a terminal`).toBeNull();
}

test.each(interpreters)(
  "names full of escapes on Python $full: nothing of them reaches a terminal, and JSON keeps them whole",
  async (python) => {
    const target = await startTarget({ python, files: { "a\u001b[31m\u202eb.py": hostileNames }, args: ["a\u001b[31m\u202eb.py"] });
    for (const words of [
      ["threads", String(target.pid)],
      ["threads", String(target.pid), "--all", "--source"],
      ["tasks", String(target.pid)],
      ["ps"],
      ["doctor", String(target.pid)],
    ]) {
      const run = await ispydBehind(directory, [], words);
      expect(run.exitCode, run.stderr).toBe(0);
      expect(unsafe.exec(run.stdout + run.stderr), words.join(" ")).toBeNull();
      expect(run.stdout, words.join(" ")).toMatch(words[0] === "threads" || words[0] === "tasks" ? /owned/ : /./);
      if (python.path === newest) await checkOnTerminal(words);
    }
    const json = await ispydBehind(directory, [], ["threads", String(target.pid), "--json"]);
    expect(unsafe.exec(json.stdout.trimEnd()), "JSON escapes what is not text").toBeNull();
    const names = (JSON.parse(json.stdout) as Answer).targets[0]?.threads.map(({ name }) => name) ?? [];
    expect(names.filter((name) => name.startsWith("\u001b[31m") && name.endsWith("\ud800end"))).toHaveLength(2);
  },
);
