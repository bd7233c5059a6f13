// One look for the requests in flight in a process: its tasks and stacks, and the requests found in them. Shared by all that speak of requests.

import { type CodeCache, createCodeCache } from "./code.ts";
import type { Interpreter } from "./interpreter.ts";
import { readRequests, type RequestSearch } from "./requests.ts";
import { completeSnapshot, type ProcessSnapshot, readStacks } from "./snapshot.ts";
import { readTasks } from "./tasks.ts";

export interface RequestsLook {
  readonly snapshot: ProcessSnapshot;
  readonly search: RequestSearch;
  readonly tasksTotal: number;
}

const looksPerStack = 20;
const framesPerStack = 1_000;
/** More tasks of one interpreter are counted and not searched. */
export const tasksSearched = 10_000;

/** `stopped`: the process stands still, so one look at each stack is enough. */
export function lookForRequests(interpreter: Interpreter, stopped: boolean, codes: CodeCache = createCodeCache()): RequestsLook {
  const loops = readTasks(interpreter, { stopped, attempts: looksPerStack, taskLimit: tasksSearched, codes });
  const stacks = readStacks(interpreter, { stopped, attempts: looksPerStack, frameLimit: framesPerStack, codes });
  const snapshot = completeSnapshot(interpreter, stacks);
  return { snapshot, search: readRequests(interpreter, snapshot, loops), tasksTotal: loops.reduce((sum, { total }) => sum + total, 0) };
}
