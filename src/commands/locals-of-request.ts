// `locals --of`: the variables of the frames that work on one request in flight. The path: locals.ts -> here -> outside/capture-request.

import { randomBytes } from "node:crypto";
import type { z } from "zod";
import { Failure } from "../base/failure.ts";
import { createRequestReader, type RequestCapture, type RequestChoice } from "../outside/capture-request.ts";
import type { Interpreter } from "../outside/interpreter.ts";
import { readOnce, withInterpreter } from "../outside/read-process.ts";
import { type InFlight, requestId, requestLabel } from "../outside/requests.ts";
import type { Target } from "../outside/targets.ts";
import type { Watchdog } from "../outside/watchdog.ts";
import type record from "../protocol/commands/locals.ts";
import type { RequestLocals } from "../protocol/locals-schema.ts";
import type { Context } from "../protocol/request.ts";
import { type Redaction, sumRedactions } from "../redaction/counts.ts";
import { createRedactor, type Redactor } from "../redaction/redactor.ts";
import { type CaptureParams, captureLimits, noteCapture } from "./capture-limits.ts";
import { ceilingRefusal } from "./ceiling.ts";
import { headOf, readEachTarget } from "./each-target.ts";
import { requestHead } from "./request-head.ts";

interface Params extends CaptureParams {
  readonly frame: number;
  readonly frames?: number | undefined;
  readonly all: boolean;
  readonly pause: boolean;
}

const framesUnlessAsked = 5;

interface Capturing {
  readonly target: Target;
  readonly watchdog: Watchdog | undefined;
  readonly choice: RequestChoice;
  readonly params: Params;
  readonly context: Context;
  readonly redactionKey: Uint8Array;
}

/** What one process had: the request, or those that were in flight instead. */
interface Searched {
  readonly found: RequestLocals | undefined;
  readonly inFlight: readonly InFlight[];
  readonly rejected: number;
  readonly redactions: readonly Redaction[];
}

/** Every process of the target is searched, as forked workers may have tasks at the same address. */
export async function localsOfRequest(id: string, params: Params, context: Context): Promise<z.output<(typeof record)["result"]>> {
  const redactionKey = randomBytes(32);
  const choice = { id, first: params.frame, count: params.frames ?? framesUnlessAsked, all: params.all };
  const { answers, unreadable } = await readEachTarget(context, params.pause, (target, watchdog) =>
    captureIn({ target, watchdog, choice, params, context, redactionKey }),
  );
  const requests = answers.flatMap(({ found }) => found ?? []);
  if (requests.length === 0) throw noSuchRequest(id, context.target ?? "", answers);
  return { targets: [], requests, unreadable: [...unreadable], redactions: sumRedactions(answers.map(({ redactions }) => redactions)) };
}

function captureIn({ target, watchdog, choice, params, context, redactionKey }: Capturing): Searched | Failure {
  return withInterpreter(target, (interpreter) => {
    const refusal = ceilingRefusal(interpreter, "capture");
    if (refusal !== undefined) return refusal;
    const reader = createRequestReader(interpreter, choice, redactionKey);
    const read = readOnce(target, watchdog, (stopped) => reader({ stopped, limits: captureLimits(params, stopped) }));
    if (read instanceof Failure) return read;
    const capture = read.value;
    if (capture instanceof Failure) return capture;
    if (!("frames" in capture)) return { found: undefined, ...capture, redactions: [] };
    noteCapture(context, target, capture.frames);
    const redactor = createRedactor({ key: redactionKey });
    const found = toRequestLocals({ target, interpreter, capture, stopped: read.stopped }, redactor);
    return { found, inFlight: [], rejected: 0, redactions: sumRedactions([capture.redactions, redactor.totals()]) };
  });
}

interface Found {
  readonly target: Target;
  readonly interpreter: Interpreter;
  readonly capture: RequestCapture;
  readonly stopped: boolean;
}

function toRequestLocals({ target, interpreter, capture, stopped }: Found, redactor: Redactor): RequestLocals {
  const { request, frames, countedFrames } = capture;
  const text = (raw: string): string => redactor.redactText(raw).text;
  return {
    ...headOf(target, interpreter.version),
    paused: stopped,
    request: requestHead(request),
    frames: frames.map(({ frame, number, stayed, variables, variableCount }) => ({
      frame: { ...frame, function: text(frame.function), file: text(frame.file), number, countedFrames, stayed },
      variables: [...variables],
      variableCount,
    })),
  };
}

const mostNamed = 10;

// It may have ended a moment ago: those that are still there say which id to ask for now.
function noSuchRequest(id: string, target: string, answers: readonly Searched[]): Failure {
  const inFlight = answers.flatMap((answer) => answer.inFlight);
  const named = inFlight.slice(0, mostNamed).map((request) => `${requestId(request)} (${requestLabel(request)})`);
  const more = inFlight.length > mostNamed ? ` and ${inFlight.length - mostNamed} more` : "";
  const unread = answers.reduce((sum, { rejected }) => sum + rejected, 0);
  const moving = unread === 0 ? "" : `; ${unread} of the stacks changed at every look, which --pause prevents`;
  const known = named.length === 0 ? "none is in flight there now" : `in flight there now: ${named.join(", ")}${more}`;
  return new Failure({
    code: "operation-failed",
    message: `no request with the id "${id}" is in flight in ${target}`,
    hint: `${known}${moving}; ispyd requests ${target} shows them`,
  });
}
