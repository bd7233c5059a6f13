// The requests in flight in one process, found from outside: the WSGI environ or ASGI scope in the variables of its threads and tasks,
// and the Celery tasks being executed. Read-only, by layout; no path, query, header or other value of a request is among the facts here.

import type { Frame } from "../stacks/model.ts";
import { isOwnCode } from "../stacks/origin.ts";
import type { Interpreter } from "./interpreter.ts";
import { limitReads } from "./read-budget.ts";
import type { FramePlace } from "./raw-frame.ts";
import { type Clocks, openClocks, readAge } from "./request-age.ts";
import { awaitedCall, tasksByCall, type Work, workByFuture } from "./request-links.ts";
import { readRoute } from "./request-route.ts";
import { openScanner, type RequestObject, type Scanner } from "./request-scan.ts";
import type { ProcessSnapshot, ThreadSnapshot } from "./snapshot.ts";
import { readString } from "./strings.ts";
import type { LoopSnapshot, TaskSnapshot } from "./tasks.ts";

export interface InFlight {
  readonly kind: "WSGI" | "ASGI" | "Celery";
  /** "GET", "WEBSOCKET"; "TASK" for Celery; "?" for what no client of good will sends. */
  readonly method: string;
  /** Route template, "/orders/<int:id>"; a Celery task's name. */
  readonly route: string | undefined;
  /** The view function or endpoint, "shop.views.checkout". */
  readonly view: string | undefined;
  /** The thread that works on it just now, and the task that it belongs to; at least one of the two. */
  readonly thread: ThreadSnapshot | undefined;
  readonly task: TaskSnapshot | undefined;
  /** Addresses of all tasks that have it, as middleware runs the application in a task of its own. */
  readonly tasks: readonly number[];
  /** Innermost first, down to the server's or framework's first frame that had the request. */
  readonly frames: readonly Frame[];
  readonly places: readonly FramePlace[];
  /** The application's own innermost frame. */
  readonly application: Frame | undefined;
  /** Milliseconds; undefined where it can't be known from outside. */
  readonly ageMs: number | undefined;
  /** The frame that holds it and the variable there: while it does, the request is in flight. */
  readonly holder: FramePlace;
  readonly variable: number;
  /** Where it lies: the dict, for whoever reads its values; undefined for Celery. */
  readonly object: RequestObject | undefined;
  /** Address of Django's own request object, which knows the user; 0 for others. */
  readonly requestObject: number;
  /** Address of a Celery task's id; 0 for others. */
  readonly idAddress: number;
}

export interface RequestSearch {
  /** In no order. */
  readonly requests: readonly InFlight[];
  /** False where the search ended at its bound: some may be missing. */
  readonly complete: boolean;
}

// Ten thousand tasks take a tenth of it; whatever memory holds, the search ends.
const mostReads = 2_000_000;

/** The requests of one process. `snapshot` and `loops` are of one moment, or nearly: what moved on meanwhile is left out. */
export function readRequests(opened: Interpreter, snapshot: ProcessSnapshot, loops: readonly LoopSnapshot[]): RequestSearch {
  const memory = limitReads(opened.memory, mostReads);
  const interpreter = { ...opened, heap: { ...opened.heap, memory } };
  const scanner = openScanner(interpreter.heap);
  const clocks = openClocks(interpreter);
  const work = workByFuture(scanner, snapshot.threads);
  const ofTasks = loops.flatMap((loop) => loop.tasks.flatMap((task) => heldByTask({ scanner, snapshot, loop, work }, task) ?? []));
  const linked = new Set(ofTasks.flatMap(({ thread }) => (thread === undefined ? [] : [thread.address])));
  const calls = tasksByCall(scanner, loops);
  const ofThreads = snapshot.threads
    .filter(({ address }) => !linked.has(address))
    .flatMap((thread) => heldByThread(scanner, thread, calls) ?? []);
  const requests = onePerRequest(
    [...ofTasks, ...ofThreads].filter((held) => isStillInFlight(interpreter, held)).map((held) => toInFlight(scanner, clocks, held)),
  );
  const celeryTasks = snapshot.threads.flatMap((thread) => readCeleryTask(scanner, clocks, thread) ?? []);
  return { requests: [...requests, ...celeryTasks], complete: !memory.exhausted };
}

/** A request with the frames that work on it. */
interface Held {
  readonly request: RequestObject;
  /** The outermost frame that has it, and the variable there. */
  readonly holder: FramePlace;
  readonly variable: number;
  readonly frames: readonly Frame[];
  readonly places: readonly FramePlace[];
  /** All frames of the thread or task, for what only the server's own frames know. */
  readonly around: Pick<ThreadSnapshot, "frames" | "places">;
  readonly thread: ThreadSnapshot | undefined;
  readonly task: TaskSnapshot | undefined;
}

type Stack = Pick<ThreadSnapshot, "frames" | "places">;

const mostFrames = 2_000;

function findHolder(
  scanner: Scanner,
  { places }: Stack,
): (Pick<Held, "request" | "holder" | "variable"> & { readonly index: number }) | undefined {
  for (let index = Math.min(places.length, mostFrames) - 1; index >= 0; index -= 1) {
    const holder = places[index];
    for (const variable of holder === undefined ? [] : scanner.variablesOf(holder)) {
      const request = scanner.requestIn(variable);
      if (holder !== undefined && request !== undefined) return { request, holder, variable, index };
    }
  }
  return undefined;
}

interface TaskSearch {
  readonly scanner: Scanner;
  readonly snapshot: ProcessSnapshot;
  readonly loop: LoopSnapshot;
  readonly work: ReadonlyMap<number, Work>;
}

function heldByTask({ scanner, snapshot, loop, work }: TaskSearch, task: TaskSnapshot): Held | undefined {
  const runner = task.running ? snapshot.threads.find(({ address }) => address === loop.loopThreads.get(task.loop)) : undefined;
  const stack = runner === undefined ? task : runningStack(task, runner);
  const found = findHolder(scanner, stack);
  if (found === undefined) return undefined;
  const { index, ...held } = found;
  const own = cut(stack, index + 1);
  const worker = work.get(task.waiter);
  const inner = worker === undefined ? { frames: [], places: [] } : cut(worker.thread, worker.depth);
  return {
    ...held,
    frames: [...inner.frames, ...own.frames],
    places: [...inner.places, ...own.places],
    around: stack,
    task,
    thread: worker?.thread ?? runner,
  };
}

// A running task's calls are on its thread's stack, above the frame of its own coroutine.
function runningStack(task: TaskSnapshot, { frames, places }: ThreadSnapshot): Stack {
  const outermost = task.places.at(-1)?.address;
  const index = places.findLastIndex(({ address }) => address === outermost);
  return index < 0 ? task : cut({ frames, places }, index + 1);
}

function cut({ frames, places }: Stack, length: number): Stack {
  return { frames: frames.slice(0, length), places: places.slice(0, length) };
}

function heldByThread(scanner: Scanner, thread: ThreadSnapshot, calls: ReadonlyMap<number, TaskSnapshot>): Held | undefined {
  const found = findHolder(scanner, thread);
  if (found === undefined) return undefined;
  const { index, ...held } = found;
  const own = cut(thread, index + 1);
  const task = awaitedCall(scanner, thread, index + 1, calls);
  return {
    ...held,
    frames: [...(task?.frames ?? []), ...own.frames],
    places: [...(task?.places ?? []), ...own.places],
    around: thread,
    task,
    thread,
  };
}

/** Asked after what lies in memory was read: a request that ended meanwhile may have left something else in its place. */
export function isStillInFlight({ heap }: Interpreter, { holder, variable }: Pick<InFlight, "holder" | "variable">): boolean {
  return openScanner(heap).variablesOf(holder).includes(variable);
}

function toInFlight(scanner: Scanner, clocks: Clocks, held: Held): InFlight & { readonly viewRuns: boolean } {
  const { request, frames, places, around, thread, task } = held;
  const { viewCode, ...routed } = readRoute(scanner, request, places);
  return {
    kind: request.kind,
    method: methodOf(scanner, request),
    ...routed,
    thread,
    task,
    tasks: task === undefined ? [] : [task.address],
    frames,
    places,
    application: frames.find(isOwnCode),
    ageMs: readAge(scanner, clocks, around.frames, around.places),
    holder: held.holder,
    variable: held.variable,
    object: request,
    idAddress: 0,
    viewRuns: viewCode !== 0 && places.some(({ code }) => code === viewCode),
  };
}

// A client may send any text as the method: only what looks like one is shown.
function methodOf({ heap }: Scanner, { kind, entries }: RequestObject): string {
  const method = readString(heap, entries.get(kind === "WSGI" ? "REQUEST_METHOD" : "method") ?? 0, 32);
  if (method === undefined && kind === "ASGI") return "WEBSOCKET";
  return method !== undefined && /^[A-Z][A-Z-]{1,15}$/.test(method) ? method : "?";
}

// Middleware runs the application in a task of its own with the same scope: the one that is at the view, or at work, stands for the request.
function onePerRequest(found: readonly (InFlight & { readonly viewRuns: boolean })[]): InFlight[] {
  const groups = new Map<number, { best: InFlight; rank: number; ageMs: number | undefined; tasks: readonly number[] }>();
  for (const { viewRuns, ...request } of found) {
    const address = request.object?.address ?? 0;
    const rank = (viewRuns ? 4 : 0) + (request.thread === undefined ? 0 : 2) + (request.application === undefined ? 0 : 1);
    const known = groups.get(address);
    const ageMs = request.ageMs ?? known?.ageMs;
    const tasks = [...(known?.tasks ?? []), ...request.tasks];
    groups.set(
      address,
      known !== undefined && known.rank > rank ? { ...known, ageMs: known.ageMs ?? ageMs, tasks } : { best: request, rank, ageMs, tasks },
    );
  }
  return [...groups.values()].map(({ best, ageMs, tasks }) => ({ ...best, ageMs, tasks }));
}

// fast_trace_task(task, uuid, ...) and trace_task_ret(name, uuid, ...) of celery/app/trace.py: the first two arguments name the task.
function readCeleryTask(scanner: Scanner, clocks: Clocks, thread: ThreadSnapshot): InFlight | undefined {
  const index = thread.frames.findIndex(
    (frame) => frame.file.endsWith("/celery/app/trace.py") && /^(fast_trace_task|trace_task_ret)$/.test(frame.function),
  );
  const place = thread.places[index];
  const [name = 0, id = 0] = place === undefined ? [] : scanner.variablesOf(place);
  const task = readString(scanner.heap, name, 300);
  if (place === undefined || task === undefined) return undefined;
  const own = cut(thread, index + 1);
  return {
    kind: "Celery",
    method: "TASK",
    route: task,
    view: undefined,
    thread,
    task: undefined,
    tasks: [],
    ...own,
    application: own.frames.find(isOwnCode),
    ageMs: readAge(scanner, clocks, own.frames, own.places),
    holder: place,
    variable: id,
    object: undefined,
    requestObject: 0,
    idAddress: id,
  };
}

/**
 * What people call the request by while it lasts: its task's address, as `tasks` tells it, else the id of its thread. A Celery task that a
 * request runs itself shares the request's, which stands first in a search.
 */
export function requestId({ thread, task }: Pick<InFlight, "thread" | "task">): string {
  if (task === undefined && thread !== undefined && thread.tid > 0) return String(thread.tid);
  return `0x${(task ?? thread)?.address.toString(16) ?? "0"}`;
}

/** "GET /orders/<int:id>", or the view's or application function's name where no route is known: for a sentence. */
export function requestLabel({ method, route, view, application }: InFlight): string {
  const place = route ?? view ?? application?.function;
  return place === undefined ? `a ${method} request` : `${method} ${place}`;
}
