// `requests`: finds the requests in flight in every process of the target from outside. The path: dispatch -> here -> outside/requests.

import { randomBytes } from "node:crypto";
import { Failure } from "../base/failure.ts";
import type { Activity } from "../outside/activity.ts";
import type { Interpreter } from "../outside/interpreter.ts";
import { type LastRan, openLastRan } from "../outside/last-ran.ts";
import { openSocketTable } from "../outside/proc/net.ts";
import { readOnce, withInterpreter } from "../outside/read-process.ts";
import { readRequestValues } from "../outside/request-values.ts";
import { type InFlight, isStillInFlight } from "../outside/requests.ts";
import { lookForRequests, type RequestsLook, tasksSearched } from "../outside/requests-look.ts";
import type { ThreadSnapshot } from "../outside/snapshot.ts";
import type { Target } from "../outside/targets.ts";
import { activityOf } from "../outside/thread-activity.ts";
import type { Watchdog } from "../outside/watchdog.ts";
import type record from "../protocol/commands/requests.ts";
import type { NextCommand } from "../protocol/next-command.ts";
import type { Context, Handler } from "../protocol/request.ts";
import type { RequestResult, RequestsTarget } from "../protocol/requests-schema.ts";
import { type Redaction, sumRedactions } from "../redaction/counts.ts";
import { createRedactor } from "../redaction/redactor.ts";
import { shortFile } from "../stacks/origin.ts";
import { ceilingRefusal } from "./ceiling.ts";
import { headOf, readEachTarget } from "./each-target.ts";
import { requestHead } from "./request-head.ts";

interface Params {
  readonly values: boolean;
  readonly pause: boolean;
  readonly limit: number;
}

export const run: Handler<typeof record> = async (params, context) => {
  const redactionKey = params.values ? randomBytes(32) : undefined;
  const lastRan = openLastRan();
  const { answers, unreadable } = await readEachTarget(context, params.pause, (target, watchdog) =>
    readTarget({ target, watchdog, params, context, redactionKey, lastRan }),
  );
  const targets = answers.map(({ target }) => target);
  return {
    targets,
    unreadable: [...unreadable],
    redactions: sumRedactions(answers.map(({ redactions }) => redactions)),
    next: nextCommands(targets),
  };
};

// By pid: when a worker that hangs is killed and another takes its number in the service, this must not read that one.
function nextCommands(targets: readonly RequestsTarget[]): NextCommand[] {
  const [oldest] = targets
    .flatMap(({ pid, requests }) => requests.map((request) => ({ pid, request })))
    .filter(({ request }) => request.place !== null)
    .toSorted((a, b) => knownAge(b.request) - knownAge(a.request));
  if (oldest === undefined) return [];
  const command = `ispyd locals ${oldest.pid} --of ${oldest.request.id} --reason "why you need it"`;
  return [{ command, says: "the variables of its frames, redacted" }];
}

interface TargetReading {
  readonly target: Target;
  readonly watchdog: Watchdog | undefined;
  readonly params: Params;
  readonly context: Context;
  /** Only where values are asked for: equal secrets of one answer get equal fingerprints. */
  readonly redactionKey: Uint8Array | undefined;
  readonly lastRan: LastRan;
}

interface TargetAnswer {
  readonly target: RequestsTarget;
  readonly redactions: readonly Redaction[];
}

function readTarget(reading: TargetReading): TargetAnswer | Failure {
  const { target, watchdog, redactionKey } = reading;
  return withInterpreter(target, (interpreter) => {
    const refusal = redactionKey === undefined ? undefined : ceilingRefusal(interpreter, "capture");
    if (refusal !== undefined) return refusal;
    const read = readOnce(target, watchdog, (stopped) => lookForRequests(interpreter, stopped));
    if (read instanceof Failure) return read;
    noteLimits(reading, read.value);
    const found = toResults(reading, interpreter, read.value);
    const facts = { paused: read.stopped, requests: found.map(({ result }) => result), total: read.value.search.requests.length };
    return {
      target: { ...headOf(target, interpreter.version), ...facts },
      redactions: sumRedactions(found.map(({ redactions }) => redactions)),
    };
  });
}

interface OneResult {
  readonly result: RequestResult;
  /** What was hidden in its values. */
  readonly redactions: readonly Redaction[];
}

// The oldest first; values are read only of what is shown.
function toResults(reading: TargetReading, interpreter: Interpreter, { snapshot, search }: RequestsLook): OneResult[] {
  const { target, params, redactionKey } = reading;
  const process = { sockets: openSocketTable(target.pid), memory: interpreter.memory };
  return search.requests
    .map((request) => {
      const activity = request.thread === undefined ? undefined : activityOf(target.pid, request.thread, snapshot, process);
      return { request, result: toResult(reading, request, activity) };
    })
    .toSorted((a, b) => knownAge(b.result) - knownAge(a.result))
    .slice(0, params.limit)
    .map(({ request, result }) =>
      redactionKey === undefined ? { result, redactions: [] } : withValues({ interpreter, request, result, redactionKey }),
    );
}

function knownAge({ ageMs, standsMs }: RequestResult): number {
  return ageMs ?? standsMs ?? -1;
}

function noteLimits({ target, context }: TargetReading, { snapshot, search, tasksTotal }: RequestsLook): void {
  const name = `process ${target.pid}`;
  const rejected = snapshot.threads.filter(({ verdict }) => verdict === "rejected").length;
  if (rejected > 0) {
    const remedy = "--pause stops each process for the time of the read";
    context.note({
      message: `${name}: ${rejected} of the stacks changed at every look, and a request there may be missing`,
      remedy,
      partial: true,
    });
  }
  if (tasksTotal > tasksSearched)
    context.note({ message: `${name} has ${tasksTotal} tasks, of which ${tasksSearched} were searched`, partial: true });
  if (!search.complete)
    context.note({ message: `${name}: the search for requests ended at its bound, and some may be missing`, partial: true });
}

function toResult(reading: TargetReading, request: InFlight, activity: Activity | undefined): RequestResult {
  const { ageMs } = request;
  const standsMs = standing(reading, request.thread, activity);
  return {
    ...requestHead(request),
    ...(ageMs === undefined ? {} : { ageMs: Math.round(ageMs) }),
    ...(standsMs === undefined ? {} : { standsMs }),
    ...doesOf(request, activity),
    place: request.application ?? null,
    frames: [...request.frames],
  };
}

const shortestStanding = 1_000;
const runningStates: ReadonlySet<string> = new Set(["on CPU", "waits for the GIL", "ended", "unknown"]);

// What a thread has on its stack while it sleeps was there before it fell asleep.
function standing(
  { target, lastRan }: TargetReading,
  thread: ThreadSnapshot | undefined,
  activity: Activity | undefined,
): number | undefined {
  if (thread === undefined || thread.tid === 0 || activity === undefined || runningStates.has(activity.state)) return undefined;
  const ran = lastRan(target.pid, thread.tid);
  return ran === undefined || ran < shortestStanding ? undefined : Math.round(ran);
}

// A thread that waits for a coroutine it handed to an event loop does what that coroutine does.
function doesOf(request: InFlight, activity: Activity | undefined): Pick<RequestResult, "state" | "detail"> {
  const { frames, task, thread } = request;
  const inTask = task !== undefined && !task.running && frames[0] === task.frames[0];
  if (activity === undefined || thread === undefined || inTask) return { state: awaitText(request) };
  return { state: activity.state, ...(activity.detail === undefined ? {} : { detail: activity.detail }) };
}

function awaitText({ frames, task }: InFlight): string {
  const [innermost] = frames;
  if (innermost === undefined) return task === undefined || task.waitsFor === "" ? "unknown" : `awaits a ${task.waitsFor}`;
  return `awaits ${innermost.function} (${shortFile(innermost.file)}:${innermost.line})`;
}

interface ValuesAsked {
  readonly interpreter: Interpreter;
  readonly request: InFlight;
  readonly result: RequestResult;
  readonly redactionKey: Uint8Array;
}

// A request that ended while its values were read could have left another's in its place.
function withValues({ interpreter, request, result, redactionKey }: ValuesAsked): OneResult {
  const redactor = createRedactor({ key: redactionKey });
  const { headers, ...values } = readRequestValues(interpreter.heap, request, redactor);
  if (!isStillInFlight(interpreter, request)) return { result, redactions: [] };
  return { result: { ...result, values: { ...values, headers: [...headers] } }, redactions: redactor.totals() };
}
