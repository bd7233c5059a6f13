// Processes that can't be read, and questions that can't be answered: each a clear failure with its remedy and exit code, and no hang.

import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Failure } from "../../src/base/failure.ts";
import { withInterpreter } from "../../src/outside/read-process.ts";
import { readStat } from "../../src/outside/proc/stat.ts";
import { runProgram } from "../rig/run-program.ts";
import { startTarget, stopTargets, type Target, type TargetOptions } from "../rig/target.ts";
import { asNobody, isRoot, ispydBehind, nobody, publicFolder, refusalOf } from "./refusals.ts";

const python = "/usr/bin/python3";
const waiting = "import time\nprint('ready', flush=True)\ntime.sleep(600)\n";
const second = readStat(2);
const kernelThread = typeof second === "object" && second.kernelThread;
let directory = "";

beforeAll(() => {
  directory = publicFolder();
});
afterEach(stopTargets);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function start(options: Partial<TargetOptions> = {}): Promise<Target> {
  return startTarget({ python, ...(options.args === undefined ? { program: waiting } : {}), ...options });
}

const refuse = (words: readonly string[], exitCode: number, wrapper: readonly string[] = []): ReturnType<typeof refusalOf> =>
  refusalOf(directory, wrapper, words, exitCode);

describe("what is no Python process", () => {
  test.each(["threads", "tasks"])("%s of a pid that nothing has", async (command) => {
    const pid = Number(readFileSync("/proc/sys/kernel/pid_max", "utf8")) + 1;
    expect(await refuse([command, String(pid)], 4)).toMatchObject({ code: "target-not-found", message: `there is no process ${pid}` });
  });

  test("numbers that can be no pid", async () => {
    for (const pid of ["0", "00", "99999999999999999999"])
      expect((await refuse(["threads", pid], 4)).code).toMatch(/target-not-found|not-python/);
  });

  test.each([
    ["sleep", "sleep", ["600"]],
    ["node", process.execPath, ["-e", "setTimeout(() => {}, 600000)"]],
    ["a shell that was told to run Python", "sh", ["-c", "exec sleep 600 # python3"]],
  ])("%s", async (_, program, args) => {
    const target = await start({ python: program, args, ready: "started" });
    await sleep(100);
    expect(await refuse(["threads", String(target.pid)], 4)).toMatchObject({ code: "not-python", target: "untouched" });
  });

  test.skipIf(!kernelThread)("a thread of the kernel (where this machine shows them)", async () => {
    expect(await refuse(["threads", "2"], 4)).toMatchObject({
      code: "not-python",
      message: expect.stringMatching(/thread of the kernel/) as string,
    });
  });

  test("the first process", async () => {
    expect((await refuse(["threads", "1"], 4)).code).toMatch(/not-python|permission-denied/);
  });

  test("a zombie", async () => {
    const program =
      "import os, time\npid = os.fork()\nif pid == 0:\n    os._exit(0)\ntime.sleep(0.1)\nprint('ready', pid, flush=True)\ntime.sleep(600)\n";
    const target = await start({ program });
    const zombie = (await target.line(/^ready/)).split(" ")[1] ?? "";
    expect(await refuse(["threads", zombie], 4)).toMatchObject({ code: "target-gone", message: expect.stringMatching(/zombie/) as string });
  });

  test("names and ports that nothing has", async () => {
    expect(await refuse(["threads", "no-such-service"], 4)).toMatchObject({ code: "target-not-found" });
    expect(await refuse(["threads", ":1"], 4)).toMatchObject({ code: "target-not-found" });
    expect(await refuse(["threads"], 2)).toMatchObject({ code: "argument-invalid" });
  });
});

test.each(["2.7.18", "3.6.15", "3.7.16"])("Python %s is not supported, and says so", async (version) => {
  const path = join(process.env["HOME"] ?? "", ".pyenv/versions", version, "bin/python");
  const program = "import sys, time\nsys.stdout.write('ready\\n')\nsys.stdout.flush()\ntime.sleep(600)\n";
  const target = await start({ python: path, program });
  const refusal = await refuse(["threads", String(target.pid)], 4);
  expect(refusal).toMatchObject({ code: "python-unsupported", hint: expect.stringMatching(/3\.8 to 3\.15/) as string });
  expect(refusal.message).toContain(version.replace(/\.\d+$/, ""));
});

describe("processes that come and go", () => {
  test("a pid that another process has by now", async () => {
    const target = await start();
    const stat = readStat(target.pid);
    const startTicks = typeof stat === "object" ? stat.startTicks : 0;
    expect(withInterpreter({ pid: target.pid, startTicks }, () => "read")).toBe("read");
    const refused = withInterpreter({ pid: target.pid, startTicks: startTicks - 1 }, () => "read");
    expect(refused).toBeInstanceOf(Failure);
    expect(refused).toMatchObject({ code: "target-gone" });
  });

  test("what was read while the process ended is no answer", async () => {
    const target = await start();
    const stat = readStat(target.pid);
    const startTicks = typeof stat === "object" ? stat.startTicks : 0;
    const refused = withInterpreter({ pid: target.pid, startTicks }, () => {
      process.kill(target.pid, "SIGKILL");
      for (let state = "R"; state !== "Z" && state !== "";) {
        const now = readStat(target.pid);
        state = typeof now === "object" ? now.state : "";
      }
      return "read";
    });
    expect(refused).toMatchObject({ code: "target-gone" });
  });

  test("a process that ends during the look of why gets no verdict", async () => {
    const target = await start();
    const asked = ispydBehind(directory, [], ["why", String(target.pid), "--for", "3s", "--json"]);
    await sleep(1_500);
    process.kill(target.pid, "SIGKILL");
    const { exitCode, stderr } = await asked;
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 4, stderr: expect.stringMatching(/target-gone|target-not-found/) as string });
  });

  test("processes that exit while they are read", { timeout: 60_000 }, async () => {
    const program =
      "import sys, threading, time\nfor _ in range(20): threading.Thread(target=time.sleep, args=(9,), daemon=True).start()\nprint('ready', flush=True)\ntime.sleep(float(sys.argv[1]))\n";
    const codes = new Map<number | null, number>();
    for (let round = 0; round < 40; round += 1) {
      const target = await start({ files: { "brief.py": program }, args: ["brief.py", String(0.04 + round * 0.005)] });
      const run = await ispydBehind(directory, [], [round % 2 === 0 ? "threads" : "tasks", String(target.pid), "--json"]);
      expect([0, 4, 5], `${run.stdout}${run.stderr}`).toContain(run.exitCode);
      expect(() => JSON.parse(run.stdout === "" ? run.stderr : run.stdout) as unknown).not.toThrow();
      codes.set(run.exitCode, (codes.get(run.exitCode) ?? 0) + 1);
      await target.stop();
    }
    // Else the moments were chosen badly, and nothing was tried.
    expect(codes.get(4) ?? 0, JSON.stringify([...codes])).toBeGreaterThan(0);
  });

  test("a process that becomes another program (exec) while it is read", { timeout: 30_000 }, async () => {
    const program =
      "import os, sys, time\nprint('ready', flush=True)\ntime.sleep(float(sys.argv[1]))\nos.execvp('sleep', ['sleep', '60'])\n";
    for (let round = 0; round < 10; round += 1) {
      const target = await start({ files: { "exec.py": program }, args: ["exec.py", String(0.05 + round * 0.01)] });
      const run = await ispydBehind(directory, [], ["threads", String(target.pid), "--json"]);
      expect([0, 4, 5], `${run.stdout}${run.stderr}`).toContain(run.exitCode);
      await target.stop();
    }
  });

  test("a stopped process is read all the same, and stays stopped", async () => {
    const target = await start();
    process.kill(target.pid, "SIGSTOP");
    const run = await ispydBehind(directory, [], ["threads", String(target.pid)]);
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain("program.py:3");
    expect(readStat(target.pid)).toMatchObject({ state: "T" });
  });
});

describe.skipIf(!isRoot)("what the kernel does not allow (needs root)", () => {
  test("another user's process", async () => {
    const target = await start();
    const refusal = await refuse(["threads", String(target.pid)], 4, asNobody);
    expect(refusal.code).toBe("permission-denied");
    expect(`${refusal.message} ${refusal.hint}`).toMatch(/root/);
    expect(refusal.hint).toMatch(/sudo|root|user/);
  });

  test("a process of one's own that is not dumpable", async () => {
    const program = "import ctypes, time\nctypes.CDLL(None).prctl(4, 0, 0, 0, 0)\nprint('ready', flush=True)\ntime.sleep(600)\n";
    const target = await start({ program, user: nobody });
    const refusal = await refuse(["threads", String(target.pid)], 4, asNobody);
    expect(refusal).toMatchObject({ code: "permission-denied" });
    expect(refusal.message).toMatch(/dumpable/);
    // Root may, and can say what it does.
    expect((await ispydBehind(directory, [], ["threads", String(target.pid)])).stdout).toContain("program.py:4");
  });

  test("without the capability", async () => {
    const target = await start();
    const refusal = await refuse(["threads", String(target.pid)], 4, ["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace"]);
    expect(refusal.code).toBe("permission-denied");
    expect(`${refusal.message} ${refusal.hint}`).toMatch(/capabilit|CAP_SYS_PTRACE/);
  });

  test("a process in another user namespace, asked from inside a namespace without rights on it", async () => {
    const target = await start();
    const refusal = await refuse(["threads", String(target.pid)], 4, ["unshare", "-U", "--map-root-user"]);
    expect(refusal.code).toBe("permission-denied");
  });
});

describe("limits and output", () => {
  test.each([
    [["--frames", "0"], 2, "argument-invalid"],
    [["--frames", "-1"], 2, "argument-invalid"],
    [["--frames", "1e9"], 2, "argument-invalid"],
    [["--frames", "100001"], 2, "argument-invalid"],
    [["--frames", ""], 2, "argument-invalid"],
    [["--timeout", "99h"], 3, "limit-refused"],
    [["--timeout", "-1s"], 2, "argument-invalid"],
    [["--timeout", "soon"], 2, "argument-invalid"],
    [["--no-such-option"], 2, "argument-invalid"],
  ])("%s is refused with exit code %d", async (options, exitCode, code) => {
    expect(await refuse(["threads", String(process.pid), ...options], exitCode)).toMatchObject({ code });
  });

  test("a time that is used up before the last process", async () => {
    const program =
      "import os, time\nfor _ in range(5):\n    if os.fork() == 0:\n        time.sleep(600)\nprint('ready', flush=True)\ntime.sleep(600)\n";
    await start({ files: { "ispyd_several.py": program }, args: ["ispyd_several.py"] });
    const whole = await ispydBehind(directory, [], ["threads", "ispyd_several"]);
    expect(whole.stdout).toMatch(/in 6 processes/);
    expect(await refuse(["threads", "ispyd_several", "--timeout", "1ms"], 124)).toMatchObject({ code: "timed-out" });
  });

  test("an answer that can't be written", async () => {
    const target = await start();
    for (const json of ["", "--json"]) {
      const run = await runProgram("sh", [
        "-c",
        `exec "$0" "$@" > /dev/full`,
        process.execPath,
        join(directory, "ispyd.mjs"),
        "threads",
        String(target.pid),
        ...(json === "" ? [] : [json]),
      ]);
      expect(run.exitCode).toBe(1);
      expect(run.stderr).toMatch(/could not be written/);
    }
  });

  test("a reader that went away ends it quietly", async () => {
    const target = await start();
    const script = `"$0" "$@" 2>"$ERRORS" | true; cat "$ERRORS" >&2`;
    const run = await runProgram("sh", ["-c", script, process.execPath, join(directory, "ispyd.mjs"), "threads", String(target.pid)], {
      env: { ERRORS: join(directory, "errors") },
    });
    expect(run.stderr).not.toMatch(/defect|EPIPE|at /);
  });

  test("a process that is interrupted by Ctrl-C ends with 130 and leaves nothing", async () => {
    const child = spawn(process.execPath, [join(directory, "ispyd.mjs"), "ps"], { stdio: "ignore" });
    child.kill("SIGINT");
    const exit = await new Promise((resolve) => child.on("exit", (code, signal) => resolve(code ?? signal)));
    // SIGINT itself where the signal came before Node had started.
    expect([130, "SIGINT", 0]).toContain(exit);
  });
});
