// Who works for whom across threads and tasks: a task that waits for a worker thread, and a thread that waits for a coroutine of its own.
// Both share one future; it is looked for in the variables of the few library frames that hold it. Stands under requests.ts.
// Source: anyio 3 to 4 _backends/_asyncio.py (WorkerThread.run), concurrent/futures/thread.py and asyncio/futures.py (_chain_future) of 3.8 to 3.15,
// asgiref 3 sync.py (AsyncToSync: `call_result` in __call__ and in main_wrap).

import { readClosure } from "./callables.ts";
import { readAttribute } from "./dictionary.ts";
import type { Scanner } from "./request-scan.ts";
import { readSequence } from "./sequences.ts";
import type { ThreadSnapshot } from "./snapshot.ts";
import type { LoopSnapshot, TaskSnapshot } from "./tasks.ts";

/** A thread that runs a function for somebody. */
export interface Work {
  readonly thread: ThreadSnapshot;
  /** How many of its innermost frames belong to that function. */
  readonly depth: number;
}

const mostFrames = 1_000;
const mostCallbacks = 16;

/** Worker threads by the address of the future that their result goes to. */
export function workByFuture(scanner: Scanner, threads: readonly ThreadSnapshot[]): Map<number, Work> {
  const found = new Map<number, Work>();
  for (const thread of threads) {
    for (const [index, { file }] of thread.frames.slice(0, mostFrames).entries()) {
      const anyio = file.endsWith("/anyio/_backends/_asyncio.py");
      const place = thread.places[index];
      if (place === undefined || !(anyio || file.endsWith("/concurrent/futures/thread.py"))) continue;
      const variables = scanner.variablesOf(place);
      const futures = anyio
        ? variables.filter((variable) => isFuture(scanner, variable))
        : variables.flatMap((variable) => awaitingFutures(scanner, variable));
      for (const future of futures) if (!found.has(future)) found.set(future, { thread, depth: index });
    }
  }
  return found;
}

function isFuture({ typeNameOf }: Scanner, address: number): boolean {
  return /(^|\.)Future$/.test(typeNameOf(address));
}

// run_in_executor: the work item's own future has a callback that closes over the event loop's future.
function awaitingFutures(scanner: Scanner, item: number): number[] {
  const { heap, typeNameOf } = scanner;
  const future = typeNameOf(item) === "_WorkItem" ? readAttribute(heap, item, "future") : undefined;
  const callbacks = future === undefined ? undefined : readAttribute(heap, future, "_done_callbacks");
  if (callbacks === undefined) return [];
  return readSequence(heap, callbacks, mostCallbacks)
    .flatMap((callback) => readClosure(heap, callback))
    .filter((content) => content !== future && isFuture(scanner, content));
}

/** Tasks that run a coroutine for a thread that waits for it, by the address of the future between the two. */
export function tasksByCall(scanner: Scanner, loops: readonly LoopSnapshot[]): Map<number, TaskSnapshot> {
  const found = new Map<number, TaskSnapshot>();
  for (const task of loops.flatMap(({ tasks }) => tasks)) {
    const outermost = task.frames.findLastIndex((frame) => /(^|\.)main_wrap$/.test(frame.function) && isBridge(frame.file));
    const place = task.places[outermost];
    for (const variable of place === undefined ? [] : scanner.variablesOf(place))
      if (isFuture(scanner, variable)) found.set(variable, task);
  }
  return found;
}

/** The task that a thread waits for within its first `depth` frames. */
export function awaitedCall(
  scanner: Scanner,
  thread: ThreadSnapshot,
  depth: number,
  calls: ReadonlyMap<number, TaskSnapshot>,
): TaskSnapshot | undefined {
  if (calls.size === 0) return undefined;
  for (const [index, { file }] of thread.frames.slice(0, Math.min(depth, mostFrames)).entries()) {
    const place = thread.places[index];
    const found = place === undefined || !isBridge(file) ? undefined : scanner.variablesOf(place).find((variable) => calls.has(variable));
    if (found !== undefined) return calls.get(found);
  }
  return undefined;
}

function isBridge(file: string): boolean {
  return file.endsWith("/asgiref/sync.py");
}
