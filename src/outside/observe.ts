// A service looked at for about a second: several looks at every thread of every process, and at the end what each one waits for.
// Makes facts only; src/diagnosis judges them. Nothing is stopped.

import { sleep } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";
import { stepFrames } from "../stacks/client-places.ts";
import type { Activity } from "./activity.ts";
import type { BlockedCall } from "./blocked-call.ts";
import { openSocketTables, type SocketTables } from "./child-processes.ts";
import { createCodeCache, type CodeCache } from "./code.ts";
import { readGil } from "./gil.ts";
import { type Interpreter, openInterpreter } from "./interpreter.ts";
import { blockedCalls, type Ending, poolHolders, postgresProcesses, sharedSemaphores } from "./last-facts.ts";
import { openLastRan } from "./last-ran.ts";
import { type FoundWait, readObjectWaits } from "./object-waits.ts";
import { openPostgresProcesses, type PostgresProcess } from "./postgres-processes.ts";
import type { SocketTable } from "./proc/net.ts";
import { readStat } from "./proc/stat.ts";
import { markWaits, sameWaits, type WaitMarks } from "./same-wait.ts";
import { completeSnapshot, type ProcessSnapshot, readStacks, type ThreadSnapshot } from "./snapshot.ts";
import type { Target } from "./targets.ts";
import { readTaskLocks, type TaskLock } from "./task-locks.ts";
import { readTaskPeers } from "./task-peers.ts";
import { type LoopSnapshot, readTasks } from "./tasks.ts";
import { activityOf } from "./thread-activity.ts";
import { listInterpreters } from "./thread-list.ts";
import { cpuShares, readThreadUse, type ThreadUse, timesWaited } from "./thread-use.ts";

export interface ObserveOptions {
  readonly durationMs: number;
  readonly looks: number;
  readonly signal: AbortSignal;
}

/** One look at one process. */
export interface Look {
  readonly snapshot: ProcessSnapshot;
  readonly activities: ReadonlyMap<number, Activity>;
  /** What threads are blocked in that wait in short steps: at the last look one may have ended. */
  readonly stepCalls: ReadonlyMap<number, BlockedCall>;
  /** Hand-overs of the GIL so far; undefined where it can't be read. */
  readonly gilSwitches: number | undefined;
}

/** Everything seen of one process, for `toObservation` and for whoever wants the raw facts. */
export interface Watched {
  readonly target: Target;
  readonly version: string;
  readonly looks: readonly Look[];
  readonly durationMs: number;
  readonly cpuShares: ReadonlyMap<number, number>;
  readonly lastRanMs: ReadonlyMap<number, number>;
  /** Threads that left the processor since the first look (they ran, however they look), and how often each did so to wait. */
  readonly ran: ReadonlyMap<number, number>;
  /** What each thread is blocked in at the last look. */
  readonly calls: ReadonlyMap<number, BlockedCall>;
  /** PostgreSQL's process that a thread waits for, where it is one of this machine. */
  readonly postgres: ReadonlyMap<number, PostgresProcess>;
  readonly waitsFirst: ReadonlyMap<number, FoundWait>;
  readonly waitsLast: ReadonlyMap<number, FoundWait>;
  /** Threads that wait for a lock of multiprocessing, and the processes that hold it. */
  readonly semaphores: ReadonlyMap<number, readonly number[]>;
  /** Threads with an open connection of a pool that another thread or task waits for. */
  readonly connectionHolders: readonly number[];
  /** The tasks, by address. */
  readonly connectionTasks: readonly number[];
  readonly loopsFirst: readonly LoopSnapshot[];
  readonly loopsLast: readonly LoopSnapshot[];
  /** Locks of asyncio that tasks wait for at the end. */
  readonly taskLocks: ReadonlyMap<number, TaskLock>;
  /** The server that a task waits for, "10.0.0.5:5432", by the task's address. */
  readonly taskPeers: ReadonlyMap<number, string>;
  /** Addresses of thread states and tasks that wait for a pool or a server, in the very wait of the first look. */
  readonly sameWaits: ReadonlySet<number>;
  readonly stopped: boolean;
}

const unevenness = 0.6;
const mostForFirst = 0.25;
const looksPerStack = 20;
const framesPerStack = 500;
/** Tasks of one interpreter beyond this number are not looked at: each costs about half a millisecond. */
export const tasksLookedAt = 1_000;

interface Watching {
  readonly target: Target;
  readonly interpreter: Interpreter;
  readonly codes: CodeCache;
  /** Of the first look; kept for all but the last. */
  readonly sockets: SocketTable;
  readonly looks: Look[];
  readonly useFirst: ThreadUse;
  readonly startedMs: number;
  readonly waitsFirst: ReadonlyMap<number, FoundWait>;
  readonly loopsFirst: readonly LoopSnapshot[];
  readonly waitMarks: WaitMarks;
}

/** Looks at all targets together, so that a service of many workers takes no longer than one. A target that can't be read is a Failure in its place. */
export async function observe(
  targets: readonly Target[],
  options: ObserveOptions,
  extra: (interpreter: Interpreter, watched: Watched) => void = () => undefined,
): Promise<(Watched | Failure)[]> {
  const sockets = openSocketTables();
  const calledMs = performance.now();
  const opened = targets.map((target) => begin(target, sockets));
  try {
    // The first look at many processes takes a while of its own, which a part of the whole may go into.
    const beganMs = Math.max(calledMs, performance.now() - options.durationMs * mostForFirst);
    for (let look = 1; look < options.looks && !options.signal.aborted; look += 1) {
      // Uneven pauses, so that looking can't fall into step with a loop of the application; what a look costs is not added to them.
      const dueMs = (options.durationMs * (look - Math.random() * unevenness)) / (options.looks - 1);
      await sleep(Math.max(1, beganMs + dueMs - performance.now()), options.signal);
      // The last look shows the peers, so it is the one that must not miss a new connection.
      const fresh = look === options.looks - 1 ? openSocketTables() : undefined;
      for (const one of opened)
        if (!(one instanceof Failure))
          one.looks.push(fresh === undefined ? lookAt(one, false) : lookAt({ ...one, sockets: fresh(one.target.pid) }));
    }
    const end = { lastRan: openLastRan(), sockets: openSocketTables(), findPostgres: openPostgresProcesses() };
    return opened.map((one) => (one instanceof Failure ? one : finish(one, end, extra)));
  } finally {
    for (const one of opened) if (!(one instanceof Failure)) one.interpreter.close();
  }
}

function begin(target: Target, tables: SocketTables): Watching | Failure {
  const interpreter = openInterpreter(target.pid);
  if (interpreter instanceof Failure) return interpreter;
  const stat = readStat(target.pid);
  if (typeof stat !== "object" || stat.startTicks !== target.startTicks) {
    interpreter.close();
    return new Failure({ code: "target-gone", message: `process ${target.pid} has ended`, hint: "ispyd ps shows what is running" });
  }
  const codes = createCodeCache();
  const sockets = tables(target.pid);
  const first = lookAt({ target, interpreter, codes, sockets });
  const useFirst = readThreadUse(target.pid, first.snapshot.threads.map(tidOf));
  const startedMs = performance.now();
  const loopsFirst = readTasks(interpreter, { stopped: false, attempts: looksPerStack, taskLimit: tasksLookedAt, codes });
  return {
    target,
    interpreter,
    codes,
    sockets,
    looks: [first],
    useFirst,
    startedMs,
    waitsFirst: readObjectWaits(interpreter.heap, target.pid, first.snapshot),
    loopsFirst,
    waitMarks: markWaits(interpreter.heap, [...first.snapshot.threads, ...loopsFirst.flatMap(({ tasks }) => tasks)]),
  };
}

function lookAt(
  { target, interpreter, codes, sockets }: Pick<Watching, "target" | "interpreter" | "codes" | "sockets">,
  named = true,
): Look {
  const { heap, runtime, memory } = interpreter;
  const snapshot = completeSnapshot(
    interpreter,
    readStacks(interpreter, { stopped: false, attempts: looksPerStack, frameLimit: framesPerStack, codes }),
    named,
  );
  const [main] = listInterpreters(heap, runtime);
  const gil = main === undefined ? undefined : readGil(heap, runtime, main.address);
  const activities = new Map(snapshot.threads.map((thread) => [thread.tid, activityOf(target.pid, thread, snapshot, { sockets, memory })]));
  const inSteps = snapshot.threads.filter(({ frames }) => stepFrames(frames) > 0);
  const stepCalls = blockedCalls({ target, interpreter }, inSteps, sockets);
  return { snapshot, activities, stepCalls, gilSwitches: gil?.enabled === true ? gil.switchNumber : undefined };
}

function finish(watching: Watching, end: Ending, extra: (interpreter: Interpreter, watched: Watched) => void): Watched {
  const { target, interpreter, codes, looks, startedMs } = watching;
  const last = looks.at(-1);
  const threads = last?.snapshot.threads ?? [];
  const durationMs = performance.now() - startedMs;
  const use = readThreadUse(target.pid, threads.map(tidOf));
  const loopsLast = readTasks(interpreter, { stopped: false, attempts: looksPerStack, taskLimit: tasksLookedAt, codes });
  const sockets = end.sockets(target.pid);
  const calls = new Map([...looks.flatMap(({ stepCalls }) => [...stepCalls]), ...blockedCalls(watching, threads, sockets)]);
  const watched: Watched = {
    target,
    version: interpreter.version,
    looks,
    durationMs,
    cpuShares: cpuShares(watching.useFirst, use, durationMs),
    lastRanMs: new Map(threads.flatMap(({ tid }) => lastRanOf(end, target.pid, tid))),
    ran: timesWaited(watching.useFirst, use),
    calls,
    postgres: postgresProcesses(target, calls, end),
    waitsFirst: watching.waitsFirst,
    waitsLast: last === undefined ? new Map() : readObjectWaits(interpreter.heap, target.pid, last.snapshot),
    semaphores: last === undefined ? new Map() : sharedSemaphores(watching, threads, last.activities),
    ...poolHolders(interpreter, threads, loopsLast),
    loopsFirst: watching.loopsFirst,
    loopsLast,
    taskLocks: readTaskLocks(interpreter.heap, loopsLast),
    taskPeers: readTaskPeers(interpreter.heap, target.pid, loopsLast, sockets),
    sameWaits: sameWaits(watching.waitMarks, interpreter.heap, [...threads, ...loopsLast.flatMap(({ tasks }) => tasks)]),
    stopped: isStopped(target.pid),
  };
  extra(interpreter, watched);
  return watched;
}

function tidOf({ tid }: ThreadSnapshot): number {
  return tid;
}

function lastRanOf({ lastRan }: Ending, pid: number, tid: number): [number, number][] {
  const ranMs = lastRan(pid, tid);
  return ranMs === undefined ? [] : [[tid, ranMs]];
}

function isStopped(pid: number): boolean {
  const stat = readStat(pid);
  return typeof stat === "object" && (stat.state === "T" || stat.state === "t");
}
