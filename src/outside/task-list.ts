// All asyncio tasks of an interpreter: up to 3.13 from the weak sets of asyncio.tasks, from 3.14 on from lists in the thread states.
// Source: Lib/asyncio/tasks.py, Modules/_asynciomodule.c, Include/internal/pycore_tstate.h of each version.

import { u64 } from "../base/bytes.ts";
import { createCycleWatch } from "./cycle-watch.ts";
import { findInDictionary, findModuleNamespace, readAttribute, readDictionary } from "./dictionary.ts";
import type { Heap } from "./heap.ts";
import { absent } from "./layout-type.ts";
import { readWord } from "./memory.ts";
import { readSet } from "./sets.ts";
import type { ThreadState } from "./thread-list.ts";

export interface TaskList {
  /** Addresses of task objects, each once. */
  readonly tasks: readonly number[];
  /** Tasks that run just now. */
  readonly running: ReadonlySet<number>;
  /** Event loop of each thread that runs one, by address of the thread state. */
  readonly loops: ReadonlyMap<number, number>;
  /** True where a list could not be followed to its end. */
  readonly torn: boolean;
}

const mostTasks = 100_000;

/** The tasks that `asyncio.all_tasks()` of every loop would find, and those of loops that no longer run. */
export function listTasks(heap: Heap, interpreter: number, states: readonly ThreadState[]): TaskList | undefined {
  const modules = readWord(heap.memory, interpreter + heap.layout.interpreter.modules) ?? 0;
  const namespace = findModuleNamespace(heap, modules, "asyncio.tasks");
  if (namespace === undefined) return undefined;
  const fromSets = tasksOfSets(heap, namespace);
  if (heap.layout.task.node === absent) {
    const current = findInDictionary(heap, namespace, "_current_tasks");
    const running = current === undefined ? [] : readDictionary(heap, current, mostTasks).map(({ value }) => value);
    const loops = states.map((state) => [state.address, runningLoopOf(heap, state)] as const).filter(([, loop]) => loop !== 0);
    return { tasks: [...new Set(fromSets)], running: new Set(running), loops: new Map(loops), torn: false };
  }
  return listLinkedTasks(heap, interpreter, states, fromSets);
}

// `_all_tasks` (to 3.11), `_scheduled_tasks` (from 3.12): WeakSets; `_eager_tasks` (from 3.12): a plain set.
function tasksOfSets(heap: Heap, namespace: number): number[] {
  const weak = ["_all_tasks", "_scheduled_tasks"].flatMap((name) => {
    const weakSet = findInDictionary(heap, namespace, name);
    const data = weakSet === undefined ? undefined : readAttribute(heap, weakSet, "data");
    return data === undefined
      ? []
      : readSet(heap, data, mostTasks).map((reference) => readWord(heap.memory, reference + heap.layout.weakReference.object) ?? 0);
  });
  const eager = findInDictionary(heap, namespace, "_eager_tasks");
  return [...weak, ...(eager === undefined ? [] : readSet(heap, eager, mostTasks))].filter(
    (task) => task !== 0 && task !== heap.types.none,
  );
}

// The C accelerator keeps the running loop in the thread state's dict, up to 3.11 in a holder object whose first field is the loop;
// 3.13 keeps it right behind the public part of the thread state (struct _PyThreadStateImpl).
function runningLoopOf(heap: Heap, state: ThreadState): number {
  if (heap.layout.minor === 13) return readWord(heap.memory, state.address + heap.layout.thread.size) ?? 0;
  const dictionary = u64(state.bytes, heap.layout.thread.dictionary);
  const found = dictionary === 0 ? undefined : findInDictionary(heap, dictionary, "__asyncio_running_event_loop__");
  if (found === undefined || found === heap.types.none) return 0;
  if (heap.layout.minor >= 12) return found;
  const loop = readWord(heap.memory, found + heap.layout.object.size);
  return loop === undefined || loop === heap.types.none ? 0 : loop;
}

function listLinkedTasks(heap: Heap, interpreter: number, states: readonly ThreadState[], others: readonly number[]): TaskList {
  const { layout } = heap;
  const threadHead = chooseHead(heap, states[0]?.address ?? 0, layout.thread.asyncioTasksHead);
  const interpreterHead = chooseHead(heap, interpreter, layout.interpreter.asyncioTasksHead);
  const tasks = new Set(others);
  const running = new Set<number>();
  const loops = new Map<number, number>();
  let torn = threadHead === undefined || interpreterHead === undefined;
  const heads = interpreterHead === undefined ? [] : [interpreter + interpreterHead];
  for (const { address } of threadHead === undefined ? [] : states) {
    const head = address + (threadHead ?? 0);
    heads.push(head);
    const drift = (threadHead ?? 0) - layout.thread.asyncioTasksHead;
    const loop = readWord(heap.memory, address + layout.thread.asyncioRunningLoop + drift) ?? 0;
    const task = readWord(heap.memory, address + layout.thread.asyncioRunningTask + drift) ?? 0;
    if (loop !== 0) loops.set(address, loop);
    if (task !== 0) running.add(task);
  }
  for (const head of heads) torn = !followList(heap, head, tasks) || torn;
  return { tasks: [...tasks], running, loops, torn };
}

// The head's place moved within 3.14 (asyncio's own table of offsets is not exported): the right place is where the list closes on itself.
function chooseHead(heap: Heap, base: number, expected: number): number | undefined {
  const places = [0, -8, 8, -16, 16, -24, 24].map((drift) => expected + drift);
  return places.find((offset) => {
    const head = base + offset;
    const next = readWord(heap.memory, head) ?? 0;
    return next !== 0 && readWord(heap.memory, next + 8) === head && readWord(heap.memory, readWord(heap.memory, head + 8) ?? 0) === head;
  });
}

function followList({ memory, layout }: Heap, head: number, tasks: Set<number>): boolean {
  const isCycle = createCycleWatch();
  let node = readWord(memory, head);
  for (let step = 0; step < mostTasks; step += 1) {
    if (node === head) return true;
    if (node === undefined || node === 0 || isCycle(node)) return false;
    tasks.add(node - layout.task.node);
    node = readWord(memory, node);
  }
  return false;
}
