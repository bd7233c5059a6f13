// `run`: a command with the agent in it, with its streams, its signals and its exit code; also from the one file alone.

import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { findInterpreters } from "../rig/interpreters.ts";
import { ispyd, ispydPath } from "../rig/ispyd.ts";
import { runProgram } from "../rig/run-program.ts";
import { startTarget, stopTargets } from "../rig/target.ts";

const interpreters = (await findInterpreters()).filter(({ freeThreaded }) => !freeThreaded);
const [python] = interpreters;
let directory = "";

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "ispyd-run-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));
afterEach(stopTargets);

const waits = "print('ready', flush=True)\nimport time\ntime.sleep(600)\n";

test.each(interpreters)("CPython $full holds an agent that answers, imported from the wheel", async ({ path, environment }) => {
  const target = await startTarget({
    python: process.execPath,
    files: { "app.py": waits },
    args: [ispydPath, "run", "--", path, "app.py"],
    env: environment,
  });
  const [child = 0] = childrenOf(target.pid);
  // The agent listens 0.2 s after the start of its process, so that programs which end at once leave nothing behind.
  await vi.waitFor(
    async () => {
      const { stdout, stderr } = await ispyd(["process", "pid", String(child)]);
      expect(stdout, stderr).toBe(`${child}\n`);
    },
    { timeout: 20_000, interval: 200 },
  );
});

test("the command's output, arguments and exit code are its own", async () => {
  if (python === undefined) throw new Error("no CPython here");
  const code = "import sys; print(sys.argv[1:], sys.stdin.read()); print('err', file=sys.stderr); sys.exit(7)";
  const run = await runProgram("sh", [
    "-c",
    'echo given | "$@"',
    "sh",
    process.execPath,
    ispydPath,
    "run",
    "--",
    python.path,
    "-c",
    code,
    "--json",
    "-q",
    "",
  ]);
  expect(run).toMatchObject({ exitCode: 7, stdout: "['--json', '-q', ''] given\n\n", stderr: "err\n" });
});

test.each(["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const)("%s reaches the command, which decides", async (signal) => {
  if (python === undefined) throw new Error("no CPython here");
  const program = `import signal, sys, time\nsignal.signal(signal.${signal}, lambda *_: sys.exit(9))\nprint('ready', flush=True)\ntime.sleep(600)\n`;
  const target = await startTarget({
    python: process.execPath,
    files: { "app.py": program },
    args: [ispydPath, "run", "--", python.path, "app.py"],
  });
  process.kill(target.pid, signal);
  expect(await target.ended).toBe(9);
});

test("a command that a signal ended ends ispyd by the same one", async () => {
  if (python === undefined) throw new Error("no CPython here");
  const target = await startTarget({
    python: process.execPath,
    files: { "app.py": waits },
    args: [ispydPath, "run", "--", python.path, "app.py"],
  });
  const [child = 0] = childrenOf(target.pid);
  process.kill(child, "SIGKILL");
  expect(await target.ended).toBe("SIGKILL");
});

test("a command that is not there is a failure in words", async () => {
  const run = await ispyd(["run", "--", "no-such-program"]);
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain("no-such-program could not be started");
  expect((await ispyd(["run"])).exitCode).toBe(2);
});

test("the one file, copied alone, writes the wheel to a cache of the caller's own and uses it", async () => {
  if (python === undefined) throw new Error("no CPython here");
  const alone = join(directory, "alone");
  mkdirSync(alone);
  copyFileSync(ispydPath, join(alone, "ispyd.mjs"));
  const code = "import sys, ispyd; print(ispyd.__file__)";
  const env = { XDG_CACHE_HOME: join(directory, "cache"), ISPYD_CEILING: "none" };
  const run = () => runProgram(process.execPath, [join(alone, "ispyd.mjs"), "run", "--", python.path, "-c", code], { env });
  const first = await run();
  expect(first.stdout, first.stderr).toMatch(
    new RegExp(`^${directory}/cache/ispyd/agent/[0-9a-f]{24}/ispyd-agent.whl/ispyd/__init__.py\n$`),
  );
  const [hash = ""] = readdirSync(join(directory, "cache/ispyd/agent"));
  const place = join(directory, "cache/ispyd/agent", hash, "ispyd-agent.whl");
  // What somebody else put there is not imported.
  writeFileSync(place, "not a wheel");
  expect((await run()).stdout).toBe(first.stdout);
});

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`)
    .flatMap((tid) => readChildren(pid, tid))
    .toSorted((a, b) => a - b);
}

function readChildren(pid: number, tid: string): number[] {
  return readFileSync(`/proc/${pid}/task/${tid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
}
