// --pause: where it is refused, and that no process stays stopped, not even when ispyd is killed in the middle of a stop.

import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { readStat } from "../../src/outside/proc/stat.ts";
import { listTids } from "../../src/outside/proc/task.ts";
import { killGroup } from "../rig/process-group.ts";
import { scaled } from "../rig/scale.ts";
import { startTarget, stopTargets, type Target } from "../rig/target.ts";
import { isRoot, ispydBehind, publicFolder, refusalOf } from "./refusals.ts";

const python = "/usr/bin/python3";
const waiting = "import time\nprint('ready', flush=True)\ntime.sleep(600)\n";
let directory = "";
const helpers: number[] = [];

beforeAll(() => {
  directory = publicFolder();
});
afterEach(async () => {
  for (const group of helpers.splice(0)) killGroup(group);
  await stopTargets();
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const refusePause = (pid: number): ReturnType<typeof refusalOf> => refusalOf(directory, [], ["threads", String(pid), "--pause"], 3);

function states(pid: number): string[] {
  const tids = listTids(pid);
  return typeof tids === "object" ? tids.flatMap((tid) => (stateOf(pid, tid) === "" ? [] : [stateOf(pid, tid)])) : [];
}

function stateOf(pid: number, tid: number): string {
  const stat = readStat(pid, tid);
  return typeof stat === "object" ? stat.state : "";
}

/** A helper that runs until the test ends; its group is killed then. */
function helper(program: string, args: readonly string[]): void {
  const child = spawn(program, args, { stdio: "ignore", detached: true });
  if (child.pid !== undefined) helpers.push(child.pid);
}

async function until(done: () => boolean): Promise<void> {
  const deadlineMs = Date.now() + 10_000;
  while (!done()) {
    if (Date.now() > deadlineMs) throw new Error("what the test waits for did not happen in 10 s");
    await sleep(10);
  }
}

function tracer(pid: number): string {
  return /^TracerPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? "0";
}

describe("--pause is refused", () => {
  test("for a process that is stopped already, which stays stopped", async () => {
    const target = await startTarget({ python, program: waiting });
    process.kill(target.pid, "SIGSTOP");
    await until(() => states(target.pid).every((state) => state === "T"));
    expect(await refusePause(target.pid)).toMatchObject({
      code: "pause-refused",
      message: expect.stringMatching(/stopped already/) as string,
    });
    expect(states(target.pid)).toEqual(["T"]);
  });

  test.each([
    ["strace", (pid: number) => ["-f", "-o", "/dev/null", "-p", String(pid)]],
    ["gdb", (pid: number) => ["-q", "-nx", "-p", String(pid), "-ex", "continue"]],
  ])("for a process that %s traces, which threads reads all the same", async (program, args) => {
    const target = await startTarget({ python, program: waiting });
    helper(program, args(target.pid));
    await until(() => tracer(target.pid) !== "0");
    expect(await refusePause(target.pid)).toMatchObject({
      code: "pause-refused",
      message: expect.stringMatching(/traces it|stopped already/) as string,
    });
    const read = await ispydBehind(directory, [], ["threads", String(target.pid)]);
    expect(read.stdout).toContain("program.py:3");
  });

  test("for the job of a terminal", async () => {
    const target = await startTarget({
      python: "script",
      args: ["-qec", `${python} -c "import os, time; print('ready', os.getpid(), flush=True); time.sleep(600)"`, "/dev/null"],
      ready: "started",
    });
    const line = await target.line(/ready \d+/);
    const pid = Number(/ready (\d+)/.exec(line)?.[1]);
    expect(await refusePause(pid)).toMatchObject({ code: "pause-refused", message: expect.stringMatching(/terminal/) as string });
    expect(states(pid)).not.toContain("T");
  });

  test.skipIf(!isRoot)("for a child of runuser, which would stop itself too", async () => {
    const target = await startTarget({
      python: "runuser",
      args: ["-u", "nobody", "--", python, "-c", "import os, time; print('ready', os.getpid(), flush=True); time.sleep(600)"],
    });
    const pid = Number((await target.line(/^ready/)).split(" ")[1]);
    expect(await refusePause(pid)).toMatchObject({ code: "pause-refused", message: expect.stringMatching(/runuser/) as string });
  });
});

const counting = `
import os, sys, threading, time
def work(depth):
    return work(depth - 1) if depth else time.sleep(0.0005)
for _ in range(4):
    threading.Thread(target=lambda: [work(30) for _ in range(10**9)], daemon=True).start()
print("ready", flush=True)
with open("count", "w") as file:
    for count in range(10**9):
        file.seek(0)
        file.write(str(count))
        file.flush()
        time.sleep(0.001)
`;

function counted(target: Target): number {
  return Number(readFileSync(join(target.directory, "count"), "utf8"));
}

/** Kills ispyd's own process that many milliseconds after its start; its watchdog is a process of its own and lives on. */
async function killedAfter(pid: number, delayMs: number): Promise<boolean> {
  const child = spawn(process.execPath, [join(directory, "ispyd.mjs"), "threads", String(pid), "--pause"], {
    stdio: "ignore",
    env: { ISPYD_AUDIT_DIRECTORY: join(directory, "audit") },
  });
  const ended = new Promise<boolean>((resolve) => child.on("exit", (_, signal) => resolve(signal === "SIGKILL")));
  await sleep(delayMs);
  child.kill("SIGKILL");
  return await ended;
}

// Longer than any stop may last.
const settledMs = 100;

test("a process goes on within 100 ms of the end of ispyd, killed at any moment of a pause", { timeout: 600_000 }, async () => {
  const target = await startTarget({ python, program: counting });
  let killed = 0;
  let durationMs = await pauseDuration(target.pid);
  const rounds = scaled(800, 40);
  for (let round = 0; round < rounds; round += 1) {
    const inTime = await killedAfter(target.pid, durationMs * (0.6 + Math.random() * 0.45));
    killed += Number(inTime);
    // Towards the end of the command's life, where the stop is, however fast this machine is just now.
    durationMs *= inTime ? 1.05 : 0.9;
    await sleep(settledMs);
    expect(states(target.pid), `round ${round}`).not.toContain("T");
    const before = counted(target);
    await until(() => counted(target) !== before);
  }
  // Else it was always done before the signal came, and nothing was tried.
  expect(killed).toBeGreaterThan(rounds / 4);
});

test(
  "a process goes on within 100 ms where ispyd is killed, or itself stopped, in the very moment in which the process is seen stopped",
  { timeout: 600_000 },
  async () => {
    const target = await startTarget({ python, program: counting });
    let seen = 0;
    for (let round = 0; round < scaled(200, 12); round += 1) {
      const child = spawn(process.execPath, [join(directory, "ispyd.mjs"), "threads", String(target.pid), "--pause"], {
        stdio: "ignore",
        env: { ISPYD_AUDIT_DIRECTORY: join(directory, "audit") },
      });
      const ended = new Promise((resolve) => child.on("exit", resolve));
      const deadlineMs = Date.now() + 3_000;
      let alive = true;
      void ended.then(() => (alive = false));
      while (alive && Date.now() < deadlineMs) {
        for (let look = 0; look < 200; look += 1) {
          if (stateOf(target.pid, target.pid) === "T") {
            child.kill(round % 2 === 0 ? "SIGKILL" : "SIGSTOP");
            seen += 1;
            alive = false;
            break;
          }
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
      await sleep(settledMs);
      expect(states(target.pid), `round ${round}`).not.toContain("T");
      child.kill("SIGKILL");
      await ended;
    }
    expect(seen, "rounds in which the stop was seen").toBeGreaterThan(0);
    const before = counted(target);
    await until(() => counted(target) !== before);
  },
);

async function pauseDuration(pid: number): Promise<number> {
  const startedMs = performance.now();
  await ispydBehind(directory, [], ["threads", String(pid), "--pause"]);
  return performance.now() - startedMs;
}
