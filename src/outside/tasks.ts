// asyncio tasks of a process with their await chains and who awaits whom, on every version. Stands between task-list and the `tasks` command.
// Source: TaskObj of Modules/_asynciomodule.c; Lib/asyncio/tasks.py and taskgroups.py for what waits on several tasks at once.

import { i32, u64 } from "../base/bytes.ts";
import type { Frame, Verdict } from "../stacks/model.ts";
import { type FutureReading, tasksBehind } from "./awaited-futures.ts";
import { type CodeCache, createCodeCache } from "./code.ts";
import { type AwaitChain, type AwaitedFrame, readAwaitChain } from "./coroutine.ts";
import { readAttribute } from "./dictionary.ts";
import type { Heap } from "./heap.ts";
import { readInteger } from "./integers.ts";
import type { Interpreter } from "./interpreter.ts";
import { absent } from "./layout-type.ts";
import type { FramePlace } from "./raw-frame.ts";
import { limitReads } from "./read-budget.ts";
import { readSet } from "./sets.ts";
import { readString } from "./strings.ts";
import { listTasks, type TaskList } from "./task-list.ts";
import { listInterpreters, listThreadStates, type ThreadState } from "./thread-list.ts";
import { hasFlag, readTypeOf, typeFlags } from "./type-facts.ts";

export interface TaskSnapshot {
  readonly address: number;
  readonly name: string;
  readonly running: boolean;
  /** Address of its event loop. */
  readonly loop: number;
  /** Innermost first, as in a stack: where it waits stands on top. Of a running task only what lies outside its thread's stack. */
  readonly frames: readonly Frame[];
  /** Where each of `frames` was found; sound only while the task has not moved on. */
  readonly places: readonly FramePlace[];
  readonly verdict: Verdict;
  /** Address of the future that it waits for; 0 where there is none. */
  readonly waiter: number;
  /** Type of what the innermost frame waits for, such as "_asyncio.Future". */
  readonly waitsFor: string;
  /** Addresses of the tasks that it waits for. */
  readonly awaits: readonly number[];
}

export interface LoopSnapshot {
  readonly interpreter: number;
  readonly tasks: readonly TaskSnapshot[];
  /** Address of the event loop to address of the thread state that runs it. */
  readonly loopThreads: ReadonlyMap<number, number>;
  readonly torn: boolean;
  /** How many there are, read or not; finished ones that are not collected yet among them. */
  readonly total: number;
}

const listAttempts = 50;
// Finding 100,000 tasks takes up to two reads for each; a task of three awaits takes some 100.
const readsForLists = 300_000;
const readsPerTask = 500;
const pending = 0;
const longestName = 200;
const mostAwaited = 10_000;

/** Pending tasks per interpreter that has asyncio loaded; an interpreter without it is left out. */
export function readTasks(
  interpreter: Interpreter,
  options: { stopped: boolean; attempts: number; taskLimit: number; codes?: CodeCache },
): LoopSnapshot[] {
  const { runtime } = interpreter;
  const memory = limitReads(interpreter.memory, readsForLists + options.taskLimit * readsPerTask);
  const heap = { ...interpreter.heap, memory };
  const codes = options.codes ?? createCodeCache();
  codes.epoch += 1;
  return listInterpreters(heap, runtime).flatMap(({ address, id }) => {
    const states = readStates(heap, address);
    const list = listTasks(heap, address, states);
    if (list === undefined) return [];
    const reading = { heap, codes, list, tasks: new Set(list.tasks), ...options };
    const tasks = list.tasks.slice(0, options.taskLimit).flatMap((task) => readTask(reading, task) ?? []);
    return [
      {
        interpreter: id,
        tasks: withReverseEdges(heap, tasks),
        loopThreads: new Map([...list.loops].map(([thread, loop]) => [loop, thread])),
        torn: list.torn || memory.exhausted,
        total: list.tasks.length,
      },
    ];
  });
}

function readStates(heap: Heap, interpreter: number): ThreadState[] {
  for (let attempt = 0; attempt < listAttempts; attempt += 1) {
    const states = listThreadStates(heap, interpreter);
    if (states !== undefined) return states;
  }
  return [];
}

interface TaskReading extends FutureReading {
  readonly list: TaskList;
  readonly stopped: boolean;
  readonly attempts: number;
}

interface TaskFacts {
  readonly name: string;
  readonly loop: number;
  readonly waiter: number;
  readonly chain: AwaitChain;
}

// A task that changed between two looks is looked at again; one that ended meanwhile is left out.
function readTask(reading: TaskReading, address: number): TaskSnapshot | undefined {
  let facts: TaskFacts | "ended" | undefined;
  for (let attempt = 1; attempt <= reading.attempts; attempt += 1) {
    facts = readFacts(reading, address);
    if (facts === "ended") return undefined;
    const again = reading.stopped || facts === undefined ? facts : readFacts(reading, address);
    if (facts !== undefined && again !== undefined && again !== "ended" && isSameChain(facts, again)) {
      return toSnapshot(reading, address, facts, attempt === 1 ? "kept" : "retried");
    }
  }
  return typeof facts === "object"
    ? toSnapshot(reading, address, { ...facts, chain: { frames: [], executing: false, endsAt: "" } }, "rejected")
    : undefined;
}

function isSameChain(a: TaskFacts, b: TaskFacts): boolean {
  const same = (one: AwaitedFrame, other: AwaitedFrame | undefined): boolean =>
    one.frame.line === other?.frame.line && one.frame.function === other.frame.function && one.frame.file === other.frame.file;
  return (
    a.waiter === b.waiter &&
    a.chain.frames.length === b.chain.frames.length &&
    a.chain.frames.every((frame, index) => same(frame, b.chain.frames[index]))
  );
}

function readFacts(reading: TaskReading, address: number): TaskFacts | "ended" | undefined {
  const type = readTypeOf(reading.heap, address);
  if (type === undefined) return undefined;
  return isNativeTask(reading.heap, type.address) ? readNativeTask(reading, address) : readPythonTask(reading, address);
}

const mostBases = 16;

function isNativeTask(heap: Heap, type: number): boolean {
  let current = type;
  for (let step = 0; current !== 0 && step < mostBases; step += 1) {
    const bytes = heap.memory.read(current, heap.layout.type.base + 8);
    const name = bytes === undefined ? undefined : heap.memory.read(u64(bytes, heap.layout.type.name), 13);
    if (bytes === undefined || name === undefined) return false;
    if (name.toString("latin1") === "_asyncio.Task") return true;
    current = u64(bytes, heap.layout.type.base);
  }
  return false;
}

function readNativeTask({ heap, codes }: TaskReading, address: number): TaskFacts | "ended" | undefined {
  const { task } = heap.layout;
  const bytes = heap.memory.read(address, task.size);
  if (bytes === undefined) return undefined;
  if (i32(bytes, task.state) !== pending) return "ended";
  const chain = readAwaitChain(heap, codes, u64(bytes, task.coroutine));
  const name = readTaskName(heap, u64(bytes, task.name));
  return chain === undefined ? undefined : { name, loop: u64(bytes, task.loop), waiter: u64(bytes, task.waiter), chain };
}

// Tasks of a pure Python implementation keep the same facts as attributes.
function readPythonTask({ heap, codes }: TaskReading, address: number): TaskFacts | "ended" | undefined {
  const attribute = (name: string): number => readAttribute(heap, address, name) ?? 0;
  const coroutine = attribute("_coro");
  if (coroutine === 0) return "ended";
  const state = readString(heap, attribute("_state"), 16);
  if (state !== undefined && state !== "PENDING") return "ended";
  const chain = readAwaitChain(heap, codes, coroutine);
  const waiter = attribute("_fut_waiter");
  return chain === undefined
    ? undefined
    : { name: readTaskName(heap, attribute("_name")), loop: attribute("_loop"), waiter: waiter === heap.types.none ? 0 : waiter, chain };
}

// From 3.12 on a name that nobody asked for yet is kept as its number.
function readTaskName(heap: Heap, address: number): string {
  const type = address === 0 ? undefined : readTypeOf(heap, address);
  if (type === undefined) return "";
  if (hasFlag(type, typeFlags.integer)) return `Task-${readInteger(heap, address) ?? "?"}`;
  return readString(heap, address, longestName) ?? "";
}

function toSnapshot(reading: TaskReading, address: number, facts: TaskFacts, verdict: Verdict): TaskSnapshot {
  return {
    address,
    name: facts.name,
    running: reading.list.running.has(address),
    loop: facts.loop,
    frames: facts.chain.frames.map(({ frame }) => frame).reverse(),
    places: facts.chain.frames.map(({ place }) => place).reverse(),
    verdict,
    waiter: facts.waiter,
    waitsFor: facts.waiter === 0 ? facts.chain.endsAt : (readTypeOf(reading.heap, facts.waiter)?.name ?? ""),
    awaits: awaitedTasks(reading, facts),
  };
}

// What a task waits for: another task directly, those behind a gather or a shield, or what a known function of asyncio has in its first variable.
function awaitedTasks(reading: TaskReading, { waiter, chain }: TaskFacts): number[] {
  const futures = chain.frames.flatMap(({ frame, firstLocal }) => waitedOnBy(reading.heap, frame, firstLocal));
  return tasksBehind(reading, waiter === 0 ? futures : [waiter, ...futures]);
}

function waitedOnBy(heap: Heap, { function: name, file }: Frame, firstLocal: number): number[] {
  if (firstLocal === 0) return [];
  if (file.endsWith("asyncio/tasks.py") && name === "_wait") return readSet(heap, firstLocal, mostAwaited);
  if (file.endsWith("asyncio/tasks.py") && name === "wait_for") return [firstLocal];
  const inGroup = file.endsWith("asyncio/taskgroups.py") && name === "TaskGroup.__aexit__";
  const tasks = inGroup ? readAttribute(heap, firstLocal, "_tasks") : undefined;
  return tasks === undefined ? [] : readSet(heap, tasks, mostAwaited);
}

// Only edges to tasks count; from 3.14 on every task also knows who awaits it, which covers shields as well.
function withReverseEdges(heap: Heap, tasks: readonly TaskSnapshot[]): TaskSnapshot[] {
  const known = new Set(tasks.map(({ address }) => address));
  const edges = new Map(tasks.map(({ address, awaits }) => [address, new Set(awaits.filter((one) => known.has(one)))]));
  for (const { address } of heap.layout.task.awaitedBy === absent ? [] : tasks) {
    for (const waiting of readAwaitedBy(heap, address)) edges.get(waiting)?.add(address);
  }
  return tasks.map((task) => ({ ...task, awaits: [...(edges.get(task.address) ?? [])] }));
}

function readAwaitedBy(heap: Heap, address: number): number[] {
  const { task } = heap.layout;
  const bytes = heap.memory.read(address, task.size);
  const awaitedBy = bytes === undefined ? 0 : u64(bytes, task.awaitedBy);
  if (bytes === undefined || awaitedBy === 0) return [];
  return bytes.readUInt8(task.awaitedByIsSet) === 1 ? readSet(heap, awaitedBy, mostAwaited) : [awaitedBy];
}
