// `tasks`: reads the asyncio tasks of every process of the target from outside. The path: dispatch -> here -> outside.

import { Failure } from "../base/failure.ts";
import { createCodeCache } from "../outside/code.ts";
import type { Interpreter } from "../outside/interpreter.ts";
import { readOnce, withInterpreter } from "../outside/read-process.ts";
import { completeSnapshot, type ProcessSnapshot, readStacks } from "../outside/snapshot.ts";
import { openSourceFiles } from "../outside/source-lines.ts";
import type { Target } from "../outside/targets.ts";
import { type LoopSnapshot, readTasks, type TaskSnapshot } from "../outside/tasks.ts";
import type { Watchdog } from "../outside/watchdog.ts";
import type record from "../protocol/commands/tasks.ts";
import type { Context, Handler } from "../protocol/request.ts";
import type { TaskResult, TasksTarget } from "../protocol/task-schema.ts";
import { countVerdicts, type Frame } from "../stacks/model.ts";
import { headOf, readEachTarget } from "./each-target.ts";

const looksPerTask = 20;
const framesPerStack = 1_000;

interface Params {
  readonly pause: boolean;
  readonly source: boolean;
  readonly tasks: number;
}

export const run: Handler<typeof record> = async (params, context) => {
  const { answers, unreadable } = await readEachTarget(context, params.pause, (target, watchdog) =>
    readTarget({ target, watchdog, params, context }),
  );
  const verdicts = countVerdicts(answers.flatMap(({ tasks }) => tasks.map(({ verdict }) => verdict)));
  if (verdicts.rejected > 0) {
    context.note({
      message: `${verdicts.rejected} of the tasks changed at every look, and where they wait is not shown`,
      remedy: "--pause stops each process for the time of the read",
      partial: true,
    });
  }
  return { targets: [...answers], unreadable: [...unreadable], verdicts };
};

interface TargetReading {
  readonly target: Target;
  readonly watchdog: Watchdog | undefined;
  readonly params: Params;
  readonly context: Context;
}

function readTarget({ target, watchdog, params, context }: TargetReading): TasksTarget | Failure {
  return withInterpreter(target, (interpreter) => {
    const codes = createCodeCache();
    const read = readOnce(target, watchdog, (stopped) => ({
      loops: readTasks(interpreter, { stopped, attempts: looksPerTask, taskLimit: params.tasks, codes }),
      stacks: readStacks(interpreter, { stopped, attempts: looksPerTask, frameLimit: framesPerStack, codes }),
    }));
    if (read instanceof Failure) return read;
    const { loops } = read.value;
    const tasks = toTasks(loops, completeSnapshot(interpreter, read.value.stacks));
    noteLimits(context, target, loops, params.tasks);
    return {
      ...headOf(target, interpreter.version),
      paused: read.stopped,
      asyncio: loops.length > 0,
      loops: loops.reduce((sum, { loopThreads }) => sum + loopThreads.size, 0),
      tasks: params.source ? withSource(interpreter, tasks) : tasks,
      torn: loops.some(({ torn }) => torn),
    };
  });
}

function noteLimits(context: Context, target: Target, loops: readonly LoopSnapshot[], limit: number): void {
  const total = loops.reduce((sum, loop) => sum + loop.total, 0);
  if (total > limit)
    context.note({
      message: `process ${target.pid} has ${total} tasks, of which ${limit} were read`,
      remedy: `--tasks ${Math.min(total, 100_000)}`,
      partial: true,
    });
  if (loops.some(({ torn }) => torn))
    context.note({
      message: `process ${target.pid}: the list of tasks changed while it was followed, and some may be missing`,
      remedy: "run it again, or add --pause",
      partial: true,
    });
}

function toTasks(loops: readonly LoopSnapshot[], snapshot: ProcessSnapshot): TaskResult[] {
  const threads = new Map(snapshot.threads.map((thread) => [thread.address, thread]));
  return loops.flatMap(({ interpreter, tasks, loopThreads }) =>
    tasks.map((task) => {
      const thread = threads.get(loopThreads.get(task.loop) ?? 0);
      return {
        id: `0x${task.address.toString(16)}`,
        name: task.name,
        running: task.running,
        tid: thread?.tid ?? 0,
        interpreter,
        waitsFor: task.waitsFor,
        awaits: task.awaits.map((address) => `0x${address.toString(16)}`),
        verdict: task.verdict,
        frames: task.running ? runningFrames(task, thread?.frames ?? []) : [...task.frames],
      };
    }),
  );
}

// A running task's calls are on its thread's stack, above the frame of its own coroutine.
function runningFrames(task: TaskSnapshot, stack: readonly Frame[]): Frame[] {
  const outermost = task.frames.at(-1);
  const index = stack.findLastIndex((frame) => frame.function === outermost?.function && frame.file === outermost.file);
  return index < 0 ? [...task.frames] : stack.slice(0, index + 1);
}

function withSource(interpreter: Interpreter, tasks: readonly TaskResult[]): TaskResult[] {
  const sources = openSourceFiles(interpreter.pid);
  return tasks.map((task) => ({
    ...task,
    frames: task.frames.map((frame) => ({ ...frame, source: sources.lineAt(frame.file, frame.line) })),
  }));
}
