// `why` on programs that hang, each in its own way, and on as many that are well: the right line of the one, no accusation of the other.

import { afterEach, beforeAll, afterAll, describe, expect, test } from "vitest";
import { findInterpreters } from "../rig/interpreters.ts";
import { startRedis, type Redis } from "../rig/redis.ts";
import { soak } from "../rig/scale.ts";
import { ispyd } from "../rig/ispyd.ts";
import { stopTargets } from "../rig/target.ts";
import { askWhy, expectNobodyAccused, markedLines, packagesOf, startProgram } from "./why-rig.ts";

interface Guilty {
  program: string;
  kind: string;
  /** What the sentence must say besides. */
  says?: RegExp;
  /** False where the process computes: that is stated, and the line named, but it does not stand. */
  stuck?: false;
  packages?: readonly string[];
}

const guilty: readonly Guilty[] = [
  { program: "lock_twice_with", kind: "deadlock", says: /for a Lock that it holds itself, in reserve .*:9\)/ },
  { program: "lock_twice_acquire", kind: "deadlock", says: /for a Lock that it holds itself/ },
  { program: "locks_opposite", kind: "deadlock", says: /a Lock that (?:reserve|refund) holds; / },
  { program: "rlock_sleeper", kind: "waits for a lock", says: /an RLock .*; holder holds it and sleeps in hold/ },
  { program: "relock", kind: "waits for a lock", says: /keeper is inside a with on it in keep .* and sleeps/ },
  { program: "import_deadlock", kind: "deadlock", says: /the import of a module that the main thread has begun/ },
  { program: "mp_lock", kind: "waits for a lock", says: /process \d+ \(.*\) holds it/ },
  { program: "silent_server", kind: "waits for a peer", says: /from 127\.0\.0\.1:\d+ \(no time-out\)/ },
  { program: "silent_http", kind: "waits for a peer", says: /from 127\.0\.0\.1:\d+ \(time-out 5 m\)/ },
  { program: "silent_http_no_timeout", kind: "waits for a peer", says: /\(no time-out\)/ },
  { program: "connect_full", kind: "waits for a peer", says: /connects to 127\.0\.0\.1:\d+ \(no time-out\)/ },
  {
    program: "pool_one_call",
    kind: "waits for a peer",
    says: /each of 8 threads reads a socket from 127\.0\.0\.1:\d+ \(time-out (?:10 m|9 m \d+ s)\)/i,
  },
  { program: "loop_sleep", kind: "event loop blocked", says: /sleeps in it, and 3 other tasks wait/ },
  { program: "loop_lock", kind: "event loop blocked", says: /waits for a lock in it/ },
  { program: "loop_busy", kind: "event loop blocked", says: /computes in it, and 1 other task waits/ },
  { program: "tasks_circle", kind: "tasks in a circle", says: /2 tasks await each other/ },
  { program: "asyncio_lock_twice", kind: "tasks in a circle", says: /asyncio\.Lock that it holds itself/ },
  { program: "asyncio_locks_opposite", kind: "tasks in a circle", says: /asyncio\.Locks that they hold among themselves/ },
  { program: "regex", kind: "busy", stuck: false, says: /computes at one line/ },
  { program: "garbage", kind: "collecting garbage", stuck: false },
  { program: "gil_sort", kind: "GIL held", says: /keeps the GIL in C code called from rank/ },
  { program: "full_pipe_child", kind: "waits for a child", says: /child \d+ .* writes to a full pipe that this process does not empty/ },
  { program: "full_pipe_write", kind: "waits for a pipe", says: /full pipe .*; the other end is process \d+/ },
  { program: "child_never_ends", kind: "waits for a child", says: /child \d+ \(.*\) sleeps/ },
  { program: "child_communicate", kind: "waits for a child", says: /the output of a child process .*process \d+/ },
  { program: "flock", kind: "waits for a file lock", says: /flock\.py\.lock .*process \d+ \(.*\) holds the file lock/ },
  { program: "lockf", kind: "waits for a file lock", says: /lockf\.py\.lock .*process \d+ \(.*\) holds the file lock/ },
  {
    program: "sqlalchemy_pool",
    kind: "waits for a pool",
    says: /a free connection of a pool .*keeper-[01] and keeper-[01] have connections open/,
    packages: ["sqlalchemy"],
  },
];

interface Innocent {
  program: string;
  kinds: readonly string[];
  packages?: readonly string[];
}

const innocents: readonly Innocent[] = [
  { program: "consumer", kinds: ["waits"] },
  { program: "simple_queue", kinds: ["waits"] },
  { program: "select_loop", kinds: ["waits"] },
  { program: "keep_alive_server", kinds: ["waits for a peer"] },
  { program: "scheduler", kinds: ["sleeps"] },
  { program: "slow_steps", kinds: ["working"] },
  { program: "batch", kinds: ["busy"] },
  { program: "many_tasks", kinds: ["idle"] },
  { program: "async_queue_worker", kinds: ["idle", "working"] },
  { program: "busy_lock", kinds: ["working", "waits"] },
  { program: "stdin_reader", kinds: ["waits"] },
  { program: "process_pool", kinds: ["waits"] },
  { program: "redis_listener", kinds: ["idle"], packages: ["redis"] },
];

const versions = ["3.8", "3.11", "3.14"];
const found = (await findInterpreters()).filter(({ version, freeThreaded }) => !freeThreaded && (soak || versions.includes(version)));
let redis: Redis;

beforeAll(async () => {
  redis = await startRedis();
});
afterEach(stopTargets);
afterAll(() => redis.stop());

describe.each(found)("Python $full", (python) => {
  test.for(guilty)("$program: $kind, at the marked line", async ({ program, kind, says, stuck = true, packages }, context) => {
    const options = await packagesOf(python, packages, context);
    const target = await startProgram(python, program, { ...options, stands: true });
    const answer = await askWhy(target.pid);
    const [worker] = answer.workers;
    const lines = program === "import_deadlock" ? [7] : markedLines(program);
    expect({ kind: worker?.verdict.kind, stuck: worker?.stuck }, JSON.stringify(answer, undefined, 1)).toEqual({ kind, stuck });
    expect(lines).toContain(answer.culprit?.line);
    expect(answer.culprit?.file.endsWith(program === "import_deadlock" ? "prices.py" : `${program}.py`)).toBe(true);
    expect(answer.verdict).toMatch(says ?? /./);
  });

  test.for(innocents)("$program is not accused", async ({ program, kinds, packages }, context) => {
    const options = await packagesOf(python, packages, context);
    const target = await startProgram(python, `innocent/${program}`, { ...options, args: [redis.url] });
    const answer = await askWhy(target.pid);
    expectNobodyAccused(answer);
    expect(kinds, answer.verdict).toContain(answer.workers[0]?.verdict.kind);
  });

  test("a stopped process is said to be stopped", async () => {
    const target = await startProgram(python, "innocent/scheduler");
    process.kill(target.pid, "SIGSTOP");
    const answer = await askWhy(target.pid);
    expect(answer.workers[0]).toMatchObject({ stuck: true, verdict: { kind: "stopped" } });
    expect(answer.culprit).toBeNull();
  });
});

test("the JSON has verdict, culprit, workers, and the stacks that show it", async () => {
  const python = found.at(-1);
  if (python === undefined) throw new Error("no CPython is here");
  const target = await startProgram(python, "lock_twice_with", { stands: true });
  const { stdout } = await ispyd(["why", String(target.pid), "--json"]);
  const { evidence, culprit, workers } = JSON.parse(stdout) as {
    evidence: { pid: number; frames: { line: number }[] }[];
    culprit: { function: string; file: string; line: number };
    workers: unknown[];
  };
  expect({ workers: workers.length, function: culprit.function }).toEqual({ workers: 1, function: "pay" });
  expect(evidence.map(({ pid, frames }) => [pid, frames.some(({ line }) => line === culprit.line)])).toEqual([[target.pid, true]]);
});

test("the text says it once, with the stack under it", async () => {
  const python = found.at(-1);
  if (python === undefined) throw new Error("no CPython is here");
  const target = await startProgram(python, "lock_twice_with");
  const { stdout } = await ispyd(["why", String(target.pid)]);
  expect(stdout.match(/It will not end by itself/g)).toHaveLength(1);
  expect(stdout).toMatch(/pay +.*lock_twice_with\.py:14/);
  expect(stdout).toMatch(/next {2}ispyd threads \d+ --source/);
});
