// `threads`: reads every process of the target from outside and says what each thread does. The path: dispatch -> here -> outside.

import { Failure } from "../base/failure.ts";
import { createCodeCache } from "../outside/code.ts";
import type { Interpreter } from "../outside/interpreter.ts";
import { openSocketTable } from "../outside/proc/net.ts";
import { readOnce, withInterpreter } from "../outside/read-process.ts";
import { completeSnapshot, type ProcessSnapshot, readStacks, type ThreadSnapshot } from "../outside/snapshot.ts";
import { openSourceFiles, type SourceFiles } from "../outside/source-lines.ts";
import type { Target } from "../outside/targets.ts";
import { activityOf } from "../outside/thread-activity.ts";
import type { Watchdog } from "../outside/watchdog.ts";
import type record from "../protocol/commands/threads.ts";
import type { Context, Handler } from "../protocol/request.ts";
import type { ThreadResult, ThreadsTarget } from "../protocol/stack-schema.ts";
import { countVerdicts } from "../stacks/model.ts";
import { headOf, readEachTarget } from "./each-target.ts";

// More looks than this at one stack take longer than anybody waits for a service of hundreds of threads.
const looksPerStack = 40;

interface Params {
  readonly pause: boolean;
  readonly source: boolean;
  readonly frames: number;
}

export const run: Handler<typeof record> = async (params, context) => {
  const { answers, unreadable } = await readEachTarget(context, params.pause, (target, watchdog) =>
    readTarget({ target, watchdog, params, context }),
  );
  const verdicts = countVerdicts(answers.flatMap(({ threads }) => threads.map(({ verdict }) => verdict)));
  if (verdicts.rejected > 0) context.note(rejectedNote(verdicts.rejected));
  return { targets: [...answers], unreadable: [...unreadable], verdicts };
};

interface TargetReading {
  readonly target: Target;
  readonly watchdog: Watchdog | undefined;
  readonly params: Params;
  readonly context: Context;
}

function readTarget({ target, watchdog, params, context }: TargetReading): ThreadsTarget | Failure {
  return withInterpreter(target, (interpreter) => {
    const codes = createCodeCache();
    const read = readOnce(target, watchdog, (stopped) =>
      readStacks(interpreter, { stopped, attempts: looksPerStack, frameLimit: params.frames, codes }),
    );
    if (read instanceof Failure) return read;
    const snapshot = completeSnapshot(interpreter, read.value);
    for (const id of snapshot.tornInterpreters) context.note(tornNote(target, id));
    return {
      ...headOf(target, interpreter.version),
      collecting: snapshot.collecting,
      paused: read.stopped,
      threads: toThreads(target, interpreter, snapshot, params.source ? openSourceFiles(target.pid) : undefined),
    };
  });
}

function toThreads(target: Target, interpreter: Interpreter, snapshot: ProcessSnapshot, sources: SourceFiles | undefined): ThreadResult[] {
  const process = { sockets: openSocketTable(target.pid), memory: interpreter.memory };
  return snapshot.threads.map((thread) => toThread(thread, activityOf(target.pid, thread, snapshot, process), sources));
}

function toThread(thread: ThreadSnapshot, activity: ReturnType<typeof activityOf>, sources: SourceFiles | undefined): ThreadResult {
  return {
    tid: thread.tid,
    name: thread.name,
    state: activity.state,
    ...(activity.detail === undefined ? {} : { detail: activity.detail }),
    holdsGil: thread.holdsGil,
    main: thread.main,
    interpreter: thread.interpreter,
    verdict: thread.verdict,
    frames: thread.frames.map((frame) => {
      const source = sources?.lineAt(frame.file, frame.line);
      return source === undefined ? frame : { ...frame, source };
    }),
    truncated: thread.depth > thread.frames.length,
    depth: thread.depth,
    ...(thread.exception === undefined ? {} : { exception: thread.exception }),
  };
}

function rejectedNote(count: number): { message: string; remedy: string; partial: boolean } {
  return {
    message: `${count} ${count === 1 ? "stack" : "stacks"} changed at every look and ${count === 1 ? "is" : "are"} not shown`,
    remedy: "--pause stops each process for the instant of the read",
    partial: true,
  };
}

function tornNote(target: Target, id: number): { message: string; remedy: string; partial: boolean } {
  return {
    message: `process ${target.pid}: the list of threads of interpreter ${id} changed at every look`,
    remedy: "run it again, or add --pause",
    partial: true,
  };
}
