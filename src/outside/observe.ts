// A service looked at for about a second: several looks at every thread of every process, and at the end what each one waits for.
// Makes facts only; src/diagnosis judges them. Nothing is stopped.

import { sleep } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";
import { type BlockedCall, readBlockedCall } from "./blocked-call.ts";
import { createCodeCache, type CodeCache } from "./code.ts";
import { readGil } from "./gil.ts";
import { type Interpreter, openInterpreter } from "./interpreter.ts";
import { type LastRan, openLastRan, readSwitches } from "./last-ran.ts";
import { type FoundWait, readObjectWaits } from "./object-waits.ts";
import { connectionHolders } from "./pool-connections.ts";
import { openSocketTable, readListeningSockets, type SocketTable } from "./proc/net.ts";
import { readStat, ticksPerSecond } from "./proc/stat.ts";
import { semaphoreHolders } from "./shared-semaphores.ts";
import { completeSnapshot, type ProcessSnapshot, readStacks, type ThreadSnapshot } from "./snapshot.ts";
import type { Target } from "./targets.ts";
import { readTaskLocks, type TaskLock } from "./task-locks.ts";
import { type LoopSnapshot, readTasks } from "./tasks.ts";
import { activityOf } from "./thread-activity.ts";
import { listInterpreters } from "./thread-list.ts";
import type { Activity } from "./activity.ts";

export interface ObserveOptions {
  readonly durationMs: number;
  readonly looks: number;
  readonly signal: AbortSignal;
}

/** One look at one process. */
export interface Look {
  readonly snapshot: ProcessSnapshot;
  readonly activities: ReadonlyMap<number, Activity>;
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
  /** Threads that left the processor since the first look: they ran, however they look. */
  readonly ran: ReadonlySet<number>;
  /** What each thread is blocked in at the last look. */
  readonly calls: ReadonlyMap<number, BlockedCall>;
  readonly waitsFirst: ReadonlyMap<number, FoundWait>;
  readonly waitsLast: ReadonlyMap<number, FoundWait>;
  /** Threads that wait for a lock of multiprocessing, and the processes that hold it. */
  readonly semaphores: ReadonlyMap<number, readonly number[]>;
  /** Threads with an open connection of a pool that another thread waits for. */
  readonly connectionHolders: readonly number[];
  readonly loopsFirst: readonly LoopSnapshot[];
  readonly loopsLast: readonly LoopSnapshot[];
  /** Locks of asyncio that tasks wait for at the end. */
  readonly taskLocks: ReadonlyMap<number, TaskLock>;
  readonly stopped: boolean;
}

const unevenness = 0.6;
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
  readonly ticksFirst: ReadonlyMap<number, number>;
  readonly switchesFirst: ReadonlyMap<number, number>;
  readonly startedMs: number;
  readonly waitsFirst: ReadonlyMap<number, FoundWait>;
  readonly loopsFirst: readonly LoopSnapshot[];
}

/** Looks at all targets together, so that a service of many workers takes no longer than one. A target that can't be read is a Failure in its place. */
export async function observe(
  targets: readonly Target[],
  options: ObserveOptions,
  extra: (interpreter: Interpreter, watched: Watched) => void = () => undefined,
): Promise<(Watched | Failure)[]> {
  const opened = targets.map((target) => begin(target));
  try {
    const beganMs = performance.now();
    for (let look = 1; look < options.looks && !options.signal.aborted; look += 1) {
      // Uneven pauses, so that looking can't fall into step with a loop of the application; what a look costs is not added to them.
      const dueMs = (options.durationMs * (look - Math.random() * unevenness)) / (options.looks - 1);
      await sleep(Math.max(1, beganMs + dueMs - performance.now()), options.signal);
      // The last look shows the peers, so it is the one that must not miss a new connection.
      const last = look === options.looks - 1;
      for (const one of opened)
        if (!(one instanceof Failure)) one.looks.push(lookAt(last ? { ...one, sockets: openSocketTable(one.target.pid) } : one));
    }
    const lastRan = openLastRan();
    return opened.map((one) => (one instanceof Failure ? one : finish(one, lastRan, extra)));
  } finally {
    for (const one of opened) if (!(one instanceof Failure)) one.interpreter.close();
  }
}

function begin(target: Target): Watching | Failure {
  const interpreter = openInterpreter(target.pid);
  if (interpreter instanceof Failure) return interpreter;
  const stat = readStat(target.pid);
  if (typeof stat !== "object" || stat.startTicks !== target.startTicks) {
    interpreter.close();
    return new Failure({ code: "target-gone", message: `process ${target.pid} has ended`, hint: "ispyd ps shows what is running" });
  }
  const codes = createCodeCache();
  const sockets = openSocketTable(target.pid);
  const first = lookAt({ target, interpreter, codes, sockets });
  return {
    target,
    interpreter,
    codes,
    sockets,
    looks: [first],
    ticksFirst: threadTicks(target.pid, first.snapshot.threads),
    switchesFirst: threadSwitches(target.pid, first.snapshot.threads),
    startedMs: performance.now(),
    waitsFirst: readObjectWaits(interpreter.heap, target.pid, first.snapshot),
    loopsFirst: readTasks(interpreter, { stopped: false, attempts: looksPerStack, taskLimit: tasksLookedAt, codes }),
  };
}

function lookAt({ target, interpreter, codes, sockets }: Pick<Watching, "target" | "interpreter" | "codes" | "sockets">): Look {
  const { heap, runtime, memory } = interpreter;
  const snapshot = completeSnapshot(
    interpreter,
    readStacks(interpreter, { stopped: false, attempts: looksPerStack, frameLimit: framesPerStack, codes }),
  );
  const [main] = listInterpreters(heap, runtime);
  const gil = main === undefined ? undefined : readGil(heap, runtime, main.address);
  const activities = new Map(snapshot.threads.map((thread) => [thread.tid, activityOf(target.pid, thread, snapshot, { sockets, memory })]));
  return { snapshot, activities, gilSwitches: gil?.enabled === true ? gil.switchNumber : undefined };
}

function finish(watching: Watching, lastRan: LastRan, extra: (interpreter: Interpreter, watched: Watched) => void): Watched {
  const { target, interpreter, codes, looks, startedMs } = watching;
  const last = looks.at(-1);
  const threads = last?.snapshot.threads ?? [];
  const durationMs = performance.now() - startedMs;
  const loopsLast = readTasks(interpreter, { stopped: false, attempts: looksPerStack, taskLimit: tasksLookedAt, codes });
  const watched: Watched = {
    target,
    version: interpreter.version,
    looks,
    durationMs,
    cpuShares: cpuShares(watching, threads, durationMs),
    lastRanMs: new Map(threads.flatMap(({ tid }) => entry(tid, lastRan(target.pid, tid)))),
    ran: ranSince(watching, threads),
    calls: blockedCalls(watching, threads),
    waitsFirst: watching.waitsFirst,
    waitsLast: last === undefined ? new Map() : readObjectWaits(interpreter.heap, target.pid, last.snapshot),
    semaphores: last === undefined ? new Map() : sharedSemaphores(watching, last),
    connectionHolders: last === undefined ? [] : connectionHolders(interpreter.heap, last.snapshot),
    loopsFirst: watching.loopsFirst,
    loopsLast,
    taskLocks: readTaskLocks(interpreter.heap, loopsLast),
    stopped: isStopped(target.pid),
  };
  extra(interpreter, watched);
  return watched;
}

function sharedSemaphores({ target, interpreter }: Watching, { snapshot, activities }: Look): Map<number, readonly number[]> {
  const waiting = snapshot.threads.filter(({ tid }) => activities.get(tid)?.state === "waits for a lock");
  return new Map(
    waiting.flatMap((thread): [number, readonly number[]][] => {
      const holders = semaphoreHolders(interpreter.heap, target.pid, thread);
      return holders === undefined ? [] : [[thread.tid, holders]];
    }),
  );
}

function ranSince({ target, switchesFirst }: Watching, threads: readonly ThreadSnapshot[]): Set<number> {
  const now = threadSwitches(target.pid, threads);
  return new Set([...now].filter(([tid, count]) => (switchesFirst.get(tid) ?? count) !== count).map(([tid]) => tid));
}

function threadSwitches(pid: number, threads: readonly ThreadSnapshot[]): Map<number, number> {
  return new Map(threads.flatMap(({ tid }) => entry(tid, readSwitches(pid, tid))));
}

function blockedCalls({ target, interpreter }: Watching, threads: readonly ThreadSnapshot[]): Map<number, BlockedCall> {
  let ports: ReadonlySet<number> | undefined;
  const listeningPorts = (): ReadonlySet<number> =>
    (ports ??= new Set([...readListeningSockets(target.pid).values()].map(({ port }) => port)));
  const surroundings = { memory: interpreter.memory, sockets: openSocketTable(target.pid), listeningPorts };
  return new Map(
    threads.flatMap(({ tid }): [number, BlockedCall][] => {
      const call = readBlockedCall(target.pid, tid, surroundings);
      return call === undefined ? [] : [[tid, call]];
    }),
  );
}

function entry(tid: number, value: number | undefined): [number, number][] {
  return value === undefined ? [] : [[tid, value]];
}

function threadTicks(pid: number, threads: readonly ThreadSnapshot[]): Map<number, number> {
  return new Map(
    threads.flatMap(({ tid }) => {
      const stat = readStat(pid, tid);
      return entry(tid, typeof stat === "object" ? stat.userTicks + stat.systemTicks : undefined);
    }),
  );
}

function cpuShares({ target, ticksFirst }: Watching, threads: readonly ThreadSnapshot[], durationMs: number): Map<number, number> {
  const ticks = threadTicks(target.pid, threads);
  return new Map(
    [...ticks].map(([tid, count]) => [tid, Math.min(1, ((count - (ticksFirst.get(tid) ?? count)) * 1_000) / ticksPerSecond / durationMs)]),
  );
}

function isStopped(pid: number): boolean {
  const stat = readStat(pid);
  return typeof stat === "object" && (stat.state === "T" || stat.state === "t");
}
