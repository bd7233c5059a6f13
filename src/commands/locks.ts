// `locks`: the locks of every process of the target, with holders and waiters. The path: dispatch -> here -> outside/lock-table.

import { Failure } from "../base/failure.ts";
import { type LockRow, readLockTable } from "../outside/lock-table.ts";
import { readOnce, withInterpreter } from "../outside/read-process.ts";
import { completeSnapshot, type ProcessSnapshot, readStacks } from "../outside/snapshot.ts";
import type { Target } from "../outside/targets.ts";
import type { Watchdog } from "../outside/watchdog.ts";
import type record from "../protocol/commands/locks.ts";
import type { LockResult, LocksTarget } from "../protocol/locks-schema.ts";
import type { Handler } from "../protocol/request.ts";
import type { Frame } from "../stacks/model.ts";
import { frameOrigin } from "../stacks/origin.ts";
import { headOf, readEachTarget } from "./each-target.ts";

const looksPerStack = 40;
const framesPerStack = 1_000;

export const run: Handler<typeof record> = async (params, context) => {
  const { answers, unreadable } = await readEachTarget(context, params.pause, readTarget);
  return { targets: [...answers], unreadable: [...unreadable] };
};

function readTarget(target: Target, watchdog: Watchdog | undefined): LocksTarget | Failure {
  return withInterpreter(target, (interpreter) => {
    const read = readOnce(target, watchdog, (stopped) => {
      const snapshot = completeSnapshot(
        interpreter,
        readStacks(interpreter, { stopped, attempts: looksPerStack, frameLimit: framesPerStack }),
      );
      return { snapshot, rows: readLockTable(interpreter.heap, target.pid, snapshot) };
    });
    if (read instanceof Failure) return read;
    const { snapshot, rows } = read.value;
    return { ...headOf(target, interpreter.version), locks: rows.map((row) => toLock(row, snapshot)) };
  });
}

function toLock({ object, kind, holders, waiters }: LockRow, snapshot: ProcessSnapshot): LockResult {
  return {
    object,
    kind,
    holders: holders.map(({ tid, how, frame }) => ({ ...threadOf(snapshot, tid, frame), how })),
    waiters: waiters.map((tid) => threadOf(snapshot, tid, -1)),
  };
}

// The frame that was named, else the application's own line, else where the thread is.
function threadOf(snapshot: ProcessSnapshot, tid: number, frame: number): LockResult["waiters"][number] {
  const thread = snapshot.threads.find((one) => one.tid === tid);
  const frames: readonly Frame[] = thread?.frames ?? [];
  const place = frames[frame] ?? frames.find(({ file }) => frameOrigin(file) === "application") ?? frames[0];
  return { tid, name: thread?.name ?? "", place: place ?? null };
}
