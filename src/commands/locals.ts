// `locals`: the variables of one frame of one thread, from outside; those of a request are read in locals-of-request.ts.
// The path: dispatch -> here -> outside.

import { randomBytes } from "node:crypto";
import type { z } from "zod";
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
import { type CaptureParams, captureLimits, noteCapture } from "./capture-limits.ts";
import { ceilingRefusal } from "./ceiling.ts";
import { headOf, readEachTarget } from "./each-target.ts";
import { localsOfRequest } from "./locals-of-request.ts";

interface Params extends CaptureParams {
  readonly thread?: string | undefined;
  readonly of?: string | undefined;
  readonly frames?: number | undefined;
  readonly frame: number;
  readonly all: boolean;
  readonly pause: boolean;
}

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
  const misuse = misuseOf(params);
  if (misuse !== undefined) throw misuse;
  return params.of === undefined ? await localsOfThread(params, context) : await localsOfRequest(params.of, params, context);
};

function misuseOf({ thread, of, frames }: Params): Failure | undefined {
  if (thread !== undefined && of !== undefined) {
    return new Failure({
      code: "argument-invalid",
      message: "--thread and --of exclude each other: a request is found by its id, whichever thread works on it",
      hint: "leave one of the two out",
    });
  }
  if (of !== undefined || frames === undefined) return undefined;
  return new Failure({
    code: "argument-invalid",
    message: "--frames says how many frames of a request are read, and goes with --of",
    hint: "--frame chooses the frame of a thread",
  });
}

async function localsOfThread(params: Params, context: Context): Promise<z.output<(typeof record)["result"]>> {
  const redactionKey = randomBytes(32);
  const { answers, unreadable } = await readEachTarget(context, params.pause, (target, watchdog) =>
    captureTarget({ target, watchdog, params, context, redactionKey }),
  );
  const targets = answers.flatMap(({ target }) => target ?? []);
  if (targets.length === 0) throw noThread(params.thread ?? "", context.target ?? "");
  return { targets, requests: [], unreadable: [...unreadable], redactions: sumRedactions(answers.map(({ redactions }) => redactions)) };
}

function captureTarget({ target, watchdog, params, context, redactionKey }: Capturing): Captured | Failure {
  return withInterpreter(target, (interpreter) => {
    const refusal = ceilingRefusal(interpreter, "capture");
    if (refusal !== undefined) return refusal;
    const thread = chooseThread(interpreter, params.thread);
    if (thread === undefined || thread instanceof Failure) return thread ?? { target: undefined, redactions: [] };
    const choice: FrameChoice = { thread: thread.address, number: params.frame, all: params.all };
    const read = readOnce(target, watchdog, (stopped) =>
      captureFrame(interpreter, choice, { stopped, redactionKey, limits: captureLimits(params, stopped) }),
    );
    if (read instanceof Failure) return read;
    if (read.value instanceof Failure) return read.value;
    const redactor = createRedactor({ key: redactionKey });
    const answer = toTarget({ target, interpreter, thread, capture: read.value, stopped: read.stopped }, redactor);
    noteCapture(context, target, [read.value]);
    return { target: answer, redactions: sumRedactions([read.value.redactions, redactor.totals()]) };
  });
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

function noThread(thread: string, target: string): Failure {
  return new Failure({
    code: "argument-invalid",
    message: `no thread of ${target} has the id or name "${thread}"`,
    hint: `ispyd threads ${target} shows them`,
  });
}
