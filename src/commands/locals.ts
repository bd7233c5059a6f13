// `locals`: the variables of one frame of one thread, from outside. The path: dispatch -> here -> outside.

import { randomBytes } from "node:crypto";
import { Failure } from "../base/failure.ts";
import { captureFrame, type FrameCapture, type FrameChoice } from "../outside/capture-frame.ts";
import type { Interpreter } from "../outside/interpreter.ts";
import { readOnce, withInterpreter } from "../outside/read-process.ts";
import { completeSnapshot, readStacks, type ThreadSnapshot } from "../outside/snapshot.ts";
import type { Target } from "../outside/targets.ts";
import type { Watchdog } from "../outside/watchdog.ts";
import type record from "../protocol/commands/locals.ts";
import type { LocalsTarget } from "../protocol/locals-schema.ts";
import type { Context, Handler } from "../protocol/request.ts";
import { type Redaction, sumRedactions } from "../redaction/counts.ts";
import { createRedactor, type Redactor } from "../redaction/redactor.ts";
import type { CaptureLimits } from "../stacks/value.ts";
import { hasChanged } from "../stacks/value-changes.ts";
import { ceilingRefusal } from "./ceiling.ts";
import { headOf, readEachTarget } from "./each-target.ts";

interface Params {
  readonly thread?: string | undefined;
  readonly frame: number;
  readonly all: boolean;
  readonly pause: boolean;
  readonly depth: number;
  readonly items: number;
  readonly fields: number;
  readonly characters: number;
  readonly size: number;
  readonly time: number;
}

// A process that runs on is not held up by the walk; this only bounds the answer.
const runningWalkMs = 1_000;
const looksPerStack = 40;

interface Capturing {
  readonly target: Target;
  readonly watchdog: Watchdog | undefined;
  readonly params: Params;
  readonly context: Context;
  readonly redactionKey: Uint8Array;
}

interface Captured {
  /** Undefined where the process has no such thread, which others of the service may have. */
  readonly target: LocalsTarget | undefined;
  readonly redactions: readonly Redaction[];
}

export const run: Handler<typeof record> = async (params, context) => {
  const redactionKey = randomBytes(32);
  const { answers, unreadable } = await readEachTarget(context, params.pause, (target, watchdog) =>
    captureTarget({ target, watchdog, params, context, redactionKey }),
  );
  const targets = answers.flatMap(({ target }) => target ?? []);
  if (targets.length === 0) throw noThread(params.thread ?? "", context.target ?? "");
  return { targets, unreadable: [...unreadable], redactions: sumRedactions(answers.map(({ redactions }) => redactions)) };
};

function captureTarget({ target, watchdog, params, context, redactionKey }: Capturing): Captured | Failure {
  return withInterpreter(target, (interpreter) => {
    const refusal = ceilingRefusal(interpreter, "capture");
    if (refusal !== undefined) return refusal;
    const thread = chooseThread(interpreter, params.thread);
    if (thread === undefined || thread instanceof Failure) return thread ?? { target: undefined, redactions: [] };
    const choice: FrameChoice = { thread: thread.address, number: params.frame, all: params.all };
    const read = readOnce(target, watchdog, (stopped) =>
      captureFrame(interpreter, choice, { stopped, redactionKey, limits: limitsOf(params, stopped) }),
    );
    if (read instanceof Failure) return read;
    if (read.value instanceof Failure) return read.value;
    const redactor = createRedactor({ key: redactionKey });
    const answer = toTarget({ target, interpreter, thread, capture: read.value, stopped: read.stopped }, redactor);
    noteLimits(context, target, read.value);
    return { target: answer, redactions: sumRedactions([read.value.redactions, redactor.totals()]) };
  });
}

function limitsOf({ depth, items, fields, characters, size, time }: Params, stopped: boolean): CaptureLimits {
  return { depth, items, fields, characters, sizeBytes: size * 1_024, durationMs: stopped ? time : runningWalkMs };
}

/** The thread of that id or name; undefined where there is none, a Failure where several have the name. */
function chooseThread(interpreter: Interpreter, wanted: string | undefined): ThreadSnapshot | Failure | undefined {
  const { threads } = completeSnapshot(interpreter, readStacks(interpreter, { stopped: false, attempts: looksPerStack, frameLimit: 1 }));
  if (wanted === undefined) return threads.find(({ main }) => main) ?? threads[0];
  const byId = threads.find(({ tid }) => String(tid) === wanted);
  if (byId !== undefined) return byId;
  const named = threads.filter(({ name }) => name === wanted);
  if (named.length < 2) return named[0];
  const ids = named.slice(0, 8).map(({ tid }) => tid);
  return new Failure({
    code: "target-ambiguous",
    message: `process ${interpreter.pid} has ${named.length} threads of that name`,
    hint: `name one by its id: --thread ${ids.join(", ")}`,
  });
}

interface Found {
  readonly target: Target;
  readonly interpreter: Interpreter;
  readonly thread: ThreadSnapshot;
  readonly capture: FrameCapture;
  readonly stopped: boolean;
}

function toTarget({ target, interpreter, thread, capture, stopped }: Found, redactor: Redactor): LocalsTarget {
  const { frame, number, countedFrames, stayed, variables, variableCount } = capture;
  const text = (raw: string): string => redactor.redactText(raw).text;
  return {
    ...headOf(target, interpreter.version),
    paused: stopped,
    thread: { tid: thread.tid, name: text(thread.name), main: thread.main },
    frame: { ...frame, function: text(frame.function), file: text(frame.file), number, countedFrames, stayed },
    variables: [...variables],
    variableCount,
  };
}

function noteLimits(context: Context, target: Target, { reached, stayed, variables }: FrameCapture): void {
  if (reached !== undefined) {
    const limit = reached === "size" ? "the limit of size" : "the limit of time";
    context.note({
      message: `process ${target.pid}: ${limit} was reached, and something is left out`,
      remedy: reached === "size" ? "--size allows more, --depth 1 or --fields less" : "--depth or --fields may be less",
      partial: true,
    });
  }
  if (!stayed) {
    context.note({
      message: `process ${target.pid}: the frame was left while it was read, so its values may be another's`,
      remedy: "--pause stops the process for the instant of the read",
      partial: true,
    });
  } else if (variables.some(({ value }) => hasChanged(value))) {
    context.note({
      message: `process ${target.pid}: some values changed while they were read, and are marked`,
      remedy: "--pause shows all of one moment",
      partial: false,
    });
  }
}

function noThread(thread: string, target: string): Failure {
  return new Failure({
    code: "argument-invalid",
    message: `no thread of ${target} has the id or name "${thread}"`,
    hint: `ispyd threads ${target} shows them`,
  });
}
