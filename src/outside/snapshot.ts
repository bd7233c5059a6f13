// One look at all threads of a process: what `threads` and `tasks` stand on. No pause of its own; the caller may have stopped the process.

import { i32, u64 } from "../base/bytes.ts";
import type { Frame, Verdict } from "../stacks/model.ts";
import { type CodeCache, createCodeCache } from "./code.ts";
import { countsEveryHandover, findGil } from "./gil.ts";
import { readHandledException } from "./handled-exception.ts";
import type { Heap } from "./heap.ts";
import type { Interpreter } from "./interpreter.ts";
import { absent } from "./layout-type.ts";
import { readWord } from "./memory.ts";
import type { FramePlace } from "./raw-frame.ts";
import { numberThreads, type ThreadNumbering } from "./native-threads.ts";
import { limitReads } from "./read-budget.ts";
import { PlannedMemory, reviewPlan } from "./read-plan.ts";
import { type InterpreterStacks, readStacksInGroups } from "./stack-group.ts";
import type { StackReading } from "./stack-read.ts";
import { listInterpreters } from "./thread-list.ts";
import { readThreadNames } from "./thread-names.ts";

export interface ThreadSnapshot {
  /** Address of the thread state. */
  readonly address: number;
  readonly tid: number;
  /** What threading.get_ident() answers there. */
  readonly ident: number;
  readonly name: string;
  readonly main: boolean;
  readonly holdsGil: boolean;
  /** Only 3.15 says so itself. */
  readonly requestsGil: boolean;
  readonly interpreter: number;
  readonly verdict: Verdict;
  readonly frames: readonly Frame[];
  /** Where each of `frames` was found; sound only while the thread has not moved on. */
  readonly places: readonly FramePlace[];
  readonly depth: number;
  readonly exception: string | undefined;
}

export interface ProcessSnapshot {
  readonly threads: readonly ThreadSnapshot[];
  readonly collecting: boolean;
  /** Interpreters whose list of threads never held still. */
  readonly tornInterpreters: readonly number[];
  /** Where the GIL's record lies, to recognise who waits in it: start address and size in bytes, per interpreter. */
  readonly gilRanges: readonly { readonly start: number; readonly sizeBytes: number }[];
  readonly gilEnabled: boolean;
}

export interface SnapshotOptions {
  readonly stopped: boolean;
  readonly attempts: number;
  readonly frameLimit: number;
  readonly codes?: CodeCache;
}

const listAttempts = 50;
// A process of 1,000 threads of 100 frames takes some 30,000; the names and exceptions of as many threads 20,000.
const mostStackReads = 500_000;
const mostNameReads = 200_000;
// struct _gil_runtime_state is 208 to 224 bytes in every version and build.
const gilRecordBytes = 224;

interface StacksOf extends InterpreterStacks {
  readonly address: number;
  readonly id: number;
}

/** The stacks alone: all that must be read while a process is stopped. */
export interface RawSnapshot {
  readonly interpreters: readonly StacksOf[];
  readonly collecting: boolean;
}

/** Reads the stack of every thread that has a Python thread state. Bounded: at most `attempts` looks at each. */
export function readStacks(interpreter: Interpreter, options: SnapshotOptions): RawSnapshot {
  const { runtime } = interpreter;
  const heap = { ...interpreter.heap, memory: limitReads(interpreter.memory, mostStackReads) };
  const codes = options.codes ?? createCodeCache();
  codes.epoch += 1;
  const copies = new PlannedMemory(heap.memory, codes.framePlan);
  const codeCopies = new PlannedMemory(heap.memory, codes.plan);
  const interpreters = listInterpreters(heap, runtime);
  const handoversCounted = countsEveryHandover(heap, interpreters.length);
  const read = interpreters.map(({ address, id }) => {
    const gilStart = findGil(heap, runtime, address);
    return {
      address,
      id,
      ...readStacksOf({ heap, codes, copies, codeCopies, interpreter: address, gilStart, handoversCounted, ...options }),
    };
  });
  reviewPlan(codes.plan);
  reviewPlan(codes.framePlan);
  return { interpreters: read, collecting: interpreters.some(({ address }) => isCollecting(heap, runtime, address)) };
}

function readStacksOf(reading: StackReading): InterpreterStacks {
  for (let attempt = 0; attempt < listAttempts; attempt += 1) {
    const stacks = readStacksInGroups(reading);
    if (stacks !== undefined) return stacks;
  }
  return { gil: undefined, read: undefined };
}

/**
 * What a raw snapshot lacks for people: names, thread ids, exceptions. The process may go on meanwhile.
 * Names cost more than all the rest, so that whoever looks again and again may go without them.
 */
export function completeSnapshot(interpreter: Interpreter, raw: RawSnapshot, named = true): ProcessSnapshot {
  const { runtime } = interpreter;
  const heap = { ...interpreter.heap, memory: limitReads(interpreter.memory, mostNameReads) };
  const numbering = numberThreads(heap, runtime, interpreter.pid);
  return {
    threads: raw.interpreters.flatMap((stacks) => {
      const names = named ? readThreadNames(heap, stacks.address) : new Map<number, string>();
      return toThreads({ heap, runtime, names }, stacks, numbering);
    }),
    collecting: raw.collecting,
    tornInterpreters: raw.interpreters.filter(({ read }) => read === undefined).map(({ id }) => id),
    gilRanges: raw.interpreters.map(({ address }) => gilRange(heap, runtime, address)),
    gilEnabled: raw.interpreters[0]?.gil?.enabled ?? true,
  };
}

function toThreads(
  { heap, runtime, names }: Pick<Interpreter, "heap" | "runtime"> & { readonly names: ReadonlyMap<number, string> },
  { id, gil, read }: StacksOf,
  numbering: ThreadNumbering,
): ThreadSnapshot[] {
  const { thread } = heap.layout;
  const main = readWord(heap.memory, runtime + heap.layout.runtime.mainThread);
  return (read ?? [])
    .filter(({ stack }) => stack.listed)
    .map(({ state: { address, bytes }, stack }) => ({
      address,
      tid: numbering(bytes),
      ident: u64(bytes, thread.threadId),
      name: names.get(u64(bytes, thread.threadId)) ?? "",
      main: id === 0 && u64(bytes, thread.threadId) === main,
      holdsGil: gil?.holder === address,
      requestsGil: thread.gilRequested !== absent && i32(bytes, thread.gilRequested) === 1,
      interpreter: id,
      exception: readHandledException(heap, bytes),
      verdict: stack.verdict,
      frames: stack.frames,
      places: stack.places,
      depth: stack.depth,
    }));
}

function isCollecting({ memory, layout }: Heap, runtime: number, interpreter: number): boolean {
  const address =
    layout.interpreter.gcCollecting === absent ? runtime + layout.runtime.gcCollecting : interpreter + layout.interpreter.gcCollecting;
  const bytes = memory.read(address, 4);
  return bytes !== undefined && i32(bytes, 0) === 1;
}

function gilRange({ memory, layout }: Heap, runtime: number, interpreter: number): { start: number; sizeBytes: number } {
  const shared = layout.runtime.gilLocked !== absent;
  const start = shared
    ? runtime + layout.runtime.gilLocked - layout.gil.locked
    : (readWord(memory, interpreter + layout.interpreter.gilPointer) ?? 0);
  return { start, sizeBytes: gilRecordBytes };
}
