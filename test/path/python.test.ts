// The commands of the plugin `python` through the real command, each compared with what Python itself says in the process that is asked.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { agentEnvironment, agentSocket } from "../rig/agent-client.ts";
import { type AgentServer, startAgentServer } from "../rig/agent-server.ts";
import { environmentFor } from "../rig/environments.ts";
import { findInterpreters } from "../rig/interpreters.ts";
import { ispyd } from "../rig/ispyd.ts";
import type { ProgramRun } from "../rig/run-program.ts";
import { versionsOfFrameworks } from "../rig/scale.ts";
import { startTarget, stopTargets, type Target } from "../rig/target.ts";

interface Answer {
  answers: { workers: { pid: number }[]; value: unknown; cut: { what: string; shown: number; of: number }[] }[];
}
type Row = Record<string, unknown>;
interface Stack {
  heading: string;
  details: string[];
  frames: { function: string; file: string; line: number }[];
}

const secret = "tr0ub4dor";
const program = readFileSync(join(import.meta.dirname, "../programs/python_truth.py"), "utf8");
const interpreters = versionsOfFrameworks(await findInterpreters());
const [any = interpreters[0]] = interpreters.filter(({ version }) => version === "3.11");
let auditDirectory = "";

beforeAll(() => {
  auditDirectory = mkdtempSync(join(tmpdir(), "ispyd-python-audit-"));
});
afterAll(async () => {
  await stopTargets();
  rmSync(auditDirectory, { recursive: true, force: true });
});

const ask = (...words: string[]): Promise<ProgramRun> => ispyd([...words, "--json"], { auditDirectory });

async function answersOf(...words: string[]): Promise<Answer["answers"]> {
  const { stdout, stderr, exitCode } = await ask("python", ...words);
  expect(exitCode, stderr).toBe(0);
  expect(stdout).not.toContain(secret);
  return (JSON.parse(stdout) as Answer).answers;
}

const valueOf = async (...words: string[]): Promise<unknown> => (await answersOf(...words))[0]?.value;
const rowsOf = async (...words: string[]): Promise<Row[]> => (await valueOf(...words)) as Row[];

function failureIn({ stderr }: ProgramRun): { code: string; message: string; hint: string } {
  return (JSON.parse(stderr) as { error: { code: string; message: string; hint: string } }).error;
}

describe.each(interpreters)("CPython $full", (interpreter) => {
  let target: Target;
  let pid = "";
  let truth: Record<string, unknown>;

  beforeAll(async () => {
    target = await startTarget({ python: interpreter, program, env: agentEnvironment() });
    pid = String(target.pid);
    truth = JSON.parse(readFileSync(join(target.directory, "truth.json"), "utf8")) as Record<string, unknown>;
    await agentSocket(target.pid);
  });
  afterAll(() => target.stop());

  test("facts of the interpreter are what it says itself", async () => {
    const names = ["version", "platform", "prefix", "executable", "path", "defaultencoding", "filesystemencoding", "maxunicode", "flags"];
    const told = await Promise.all(names.map(async (name) => [name, await valueOf(name, pid)]));
    expect(told).toEqual(names.map((name) => [name, truth[name]]));
    // More than a number of JavaScript holds exactly.
    expect(String(await valueOf("maxsize", pid))).toBe(String(truth["maxsize"]));
  });

  test("the arguments lose the password and keep the rest", async () => {
    const argv = (await valueOf("argv", pid)) as string[];
    expect(argv.slice(1)).toEqual(["--password", expect.stringMatching(/^<hidden: /), "--port", "80"]);
  });

  test("all modules, one that answers by code included, with versions and files", async () => {
    const rows = await rowsOf("modules", pid);
    const names = rows.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(truth["modules"] as string[]));
    expect(rows.find(({ name }) => name === "json")).toMatchObject({ file: truth["json"] });
    expect(await rowsOf("modules", pid, "shop_of_*")).toEqual([
      { name: "shop_of_the_test", version: "4.7.11", versionFrom: "module", file: "" },
    ]);
    const [cut] = await answersOf("modules", pid, "--limit", "3");
    expect(cut?.cut).toEqual([{ what: "modules", shown: 3, of: expect.any(Number) }]);
    expect(cut?.value).toHaveLength(3);
  });

  test("threads by name, ident and native id, each where it stands", async () => {
    const stacks = (await valueOf("threads", pid)) as Stack[];
    const threads = truth["threads"] as Record<string, [number, number]>;
    for (const [name, [ident, native]] of Object.entries(threads)) {
      const stack = stacks.find(({ heading }) => heading === name);
      expect(stack?.details.slice(0, 2), name).toEqual([`ident ${ident}`, `native id ${native}`]);
    }
    expect(stacks[0]?.heading).toBe("MainThread");
    const parked = stacks.find(({ heading }) => heading === "parked");
    const place = parked?.frames.find((frame) => frame.function === "waits_in_here");
    expect(place).toEqual({
      function: "waits_in_here",
      file: join(target.directory, "program.py"),
      line: program.split("\n").indexOf("    event.wait()") + 1,
    });
    expect(stacks.filter(({ heading }) => heading === "ispyd").length).toBeGreaterThanOrEqual(2);
    const [short] = ((await valueOf("threads", pid, "--depth", "1")) as Stack[]).filter(({ heading }) => heading === "parked");
    expect(short?.frames).toHaveLength(1);
    expect(short?.details.at(-1)).toMatch(/^\d+ outer frames are not shown$/);
  });

  test("the collector's settings, and its pauses only while they are watched", async () => {
    const facts = (await valueOf("gc", pid)) as Row;
    expect(facts).toMatchObject({ enabled: true, thresholds: truth["thresholds"], callbacks: 0 });
    expect(facts).not.toHaveProperty("pauses");
    const watched = (await valueOf("gc", pid, "--for", "400ms")) as Record<string, number>;
    expect(watched["measuredMs"]).toBeGreaterThanOrEqual(400);
    // Its program collects all the time.
    expect(watched["pauses"]).toBeGreaterThan(0);
    expect(watched["pauseLongestMs"]).toBeGreaterThan(0);
    expect(watched["pauseTotalMs"]).toBeGreaterThanOrEqual(watched["pauseLongestMs"] ?? 0);
    writeFileSync(join(target.directory, "facts"), "");
    expect(JSON.parse((await target.line(/^facts /)).slice("facts ".length))).toEqual({ fired: [], callbacks: 0 });
  });

  test("objects by type on a small heap", async () => {
    const rows = await rowsOf("memory", pid, "--limit", "1000");
    expect(rows.find(({ type }) => type === "__main__.Parcel")).toEqual({ type: "__main__.Parcel", objects: 321 });
    const counts = rows.map(({ objects }) => Number(objects));
    expect(counts).toEqual(counts.toSorted((a, b) => b - a));
  });

  test("caches with their hits, also of a class, as cache_info tells", async () => {
    const rows = await rowsOf("caches", pid);
    const caches = truth["caches"] as Record<string, Record<string, number | null>>;
    const expected = (name: string, cache: string): Row => {
      const { hits, misses, currsize, maxsize } = caches[cache] ?? {};
      return { cache: name, hits, misses, size: currsize, most: maxsize };
    };
    expect(rows).toContainEqual(expected("__main__.fibonacci", "fibonacci"));
    expect(rows).toContainEqual(expected("__main__.Prices.of", "prices"));
  });

  test("the console is refused", async () => {
    const run = await ask("python", "console", pid, "--reason", "try");
    expect(run.exitCode).toBe(3);
    expect(failureIn(run)).toMatchObject({ code: "level-refused" });
  });
});

describe("Flask under gunicorn", () => {
  let shop: AgentServer;
  beforeAll(async () => {
    if (any === undefined) throw new Error("no CPython 3.11 here");
    const application = "from flask import Flask\nimport os\napp = Flask(__name__)\nballast = []\n";
    shop = await startAgentServer({ environment: await environmentFor(any, "web"), name: "pythonshop", application });
  });

  test("both workers give one answer; Flask, which does not tell its version as data, has that of its files", async () => {
    if (any === undefined) throw new Error("no CPython 3.11 here");
    const answers = await answersOf("modules", shop.name, "flask");
    expect(answers).toHaveLength(1);
    expect(answers[0]?.workers).toHaveLength(2);
    const { packages } = await environmentFor(any, "web");
    expect(answers[0]?.value).toMatchObject([{ name: "flask", version: packages["flask"], versionFrom: "disk" }]);
    const { stdout } = await ispyd(["python", "version", `${shop.name}/1`], { auditDirectory });
    expect(stdout).toContain(any.full);
  });
});

test("a large heap is not counted from inside, and the answer says so", async () => {
  if (any === undefined) throw new Error("no CPython 3.11 here");
  const large = "import time\nballast = [[] for _ in range(300_000)]\nprint('ready', flush=True)\ntime.sleep(600)\n";
  const target = await startTarget({ python: any, program: large, env: agentEnvironment() });
  await agentSocket(target.pid);
  const run = await ask("python", "memory", String(target.pid));
  expect(run.exitCode).toBe(1);
  expect(failureIn(run).message).toMatch(/\d{6} blocks are allocated; more than 200000 are not counted from inside/);
});

test("with the import lock held for ever, what was loaded before still answers, and the rest says what it waits for", async () => {
  if (any === undefined) throw new Error("no CPython 3.11 here");
  const target = await startTarget({ python: any, program, env: agentEnvironment() });
  const pid = String(target.pid);
  await agentSocket(target.pid);
  await valueOf("version", pid);
  writeFileSync(join(target.directory, "hold-imports"), "");
  await target.line(/^holds imports/);
  for (const name of ["modules", "threads", "gc", "memory", "caches"]) expect(await valueOf(name, pid), name).toBeTruthy();
  const run = await ask("logging", "loggers", pid, "--timeout", "10s");
  expect(failureIn(run)).toMatchObject({ code: "timed-out", message: expect.stringMatching(/import lock of the application/) });
});
