// What one thread did over the look: stood at one place, computed at one place, moved on, or waited for work. Pure.

import type { Frame, ThreadActivity } from "../stacks/model.ts";
import { type ServerKind, stepFrames } from "../stacks/client-places.ts";
import { listeningPath, serverOf } from "./known-servers.ts";
import type { ThreadLook, ThreadObservation } from "./observation.ts";
import { isApplication, isServing, isWaitForWork, readsRequest } from "./places-of-work.ts";

export interface ThreadCondition {
  readonly thread: ThreadObservation;
  readonly condition: "waits for work" | "stands" | "computes" | "wants the GIL" | "moves" | "unreadable";
  /** What it did in the last look. */
  readonly state: ThreadActivity;
  readonly detail: string | undefined;
  /** The kind of server whose socket it waits for, where that can be told. */
  readonly server: ServerKind | undefined;
  /** Innermost frame of the application in the last look. */
  readonly place: Frame | undefined;
  /** Whether that frame's line was the same in every look. */
  readonly samePlace: boolean;
  /** The innermost line of the application that was being executed in every look, at this place or further out. */
  readonly lasting: Frame | undefined;
  /** Stands at one place, but ran in between: a short wait that is repeated. */
  readonly repeats: boolean;
  /** True inside a request or a job of a queue: somebody waits for it, even where no line of the application is in the stack. */
  readonly serving: boolean;
}

/** The innermost frame of the application's own code. */
export function applicationFrame(frames: readonly Frame[]): Frame | undefined {
  return frames.find(isApplication);
}

export function sameLine(a: Frame | undefined, b: Frame | undefined): boolean {
  return a?.file === b?.file && a?.function === b?.function && a?.line === b?.line;
}

/** The frames of the last look. */
export function lastFrames({ looks }: ThreadObservation): readonly Frame[] {
  return looks.findLast(({ frames }) => frames.length > 0)?.frames ?? [];
}

export function conditionOf(thread: ThreadObservation): ThreadCondition {
  const looks = thread.looks.filter(({ frames }) => frames.length > 0);
  const last = looks.at(-1);
  const nothing = {
    thread,
    detail: undefined,
    server: undefined,
    place: undefined,
    samePlace: false,
    lasting: undefined,
    repeats: false,
    serving: false,
  };
  if (last === undefined) return { ...nothing, condition: conditionUnseen(thread), state: thread.looks.at(-1)?.state ?? "unknown" };
  const place = applicationFrame(last.frames);
  const samePlace = looks.length > 1 && looks.every(({ frames }) => sameLine(applicationFrame(frames), place));
  const oneLine = samePlace && looks.every(({ frames }) => sameLine(waitingFrame(frames), waitingFrame(last.frames)));
  const inSteps = oneLine && isOneWaitInSteps(thread, last);
  const lasting = looks.length > 1 ? lastingFrame(looks) : undefined;
  // A step may end at the very moment of a look.
  const shown = (inSteps ? looks.findLast(({ state }) => isBlocking(state)) : undefined) ?? last;
  const server = isOnSocket(shown.state) && !thread.fromClient ? serverOf(thread, shown) : undefined;
  const facts = {
    thread,
    state: shown.state,
    detail: shown.detail ?? unixPeer(thread, shown, server),
    server,
    place,
    samePlace,
    lasting,
    repeats: oneLine && thread.ran && !inSteps,
    serving: isServing(last.frames),
  };
  const condition = inSteps ? conditionInSteps(shown, thread.runsLoop) : conditionIn(thread, looks, oneLine);
  return { ...facts, condition };
}

// The kernel does not name the other end of a unix socket; a server whose kind is known has a path that tells it.
function unixPeer({ listeningPaths }: ThreadObservation, { state }: ThreadLook, server: ServerKind | undefined): string | undefined {
  const path = server === undefined || listeningPaths === undefined ? undefined : listeningPath(server, listeningPaths);
  return path === undefined ? undefined : `${state === "reads a socket" ? "from" : "to"} ${path}`;
}

function isOnSocket(state: ThreadActivity): boolean {
  return state === "reads a socket" || state === "writes a socket" || state === "connects";
}

// Ten steps in a second, now and then with a wait for the GIL: a loop of short waits runs more often, or changes its variables.
const mostStepsPerSecond = 15;

function waitingFrame(frames: readonly Frame[]): Frame | undefined {
  return frames[stepFrames(frames)];
}

function isOneWaitInSteps({ sameWait, waitsPerSecond }: ThreadObservation, { frames }: ThreadLook): boolean {
  return sameWait && waitsPerSecond <= mostStepsPerSecond && stepFrames(frames) > 0;
}

// A stack that changed under every look was not read, which says as much as a stack: nothing that stands does that.
function conditionUnseen({ looks, cpuShare }: ThreadObservation): "computes" | "unreadable" {
  const running = looks.filter(({ state }) => isRunning(state)).length;
  return looks.length > 0 && running >= looks.length * 0.75 && computes(looks, cpuShare) ? "computes" : "unreadable";
}

function conditionIn(thread: ThreadObservation, looks: readonly ThreadLook[], oneLine: boolean): ThreadCondition["condition"] {
  if (waitsThroughout(thread, looks)) return "waits for work";
  const running = looks.filter(({ state }) => isRunning(state)).length;
  if (running >= looks.length * 0.75) return computes(looks, thread.cpuShare) ? "computes" : "wants the GIL";
  return looks.length > 1 && oneLine && looks.every(({ state }) => isBlocking(state)) ? "stands" : "moves";
}

// A thread that ticks (a server's loop, a poll with a time-out) is now and then seen awake, on a busy machine for longer than it runs: the same
// place, out of any request, and next to no use of the processor tell that it did nothing but look.
const mostShareOfTicks = 0.05;

function waitsThroughout({ runsLoop, cpuShare }: ThreadObservation, looks: readonly ThreadLook[]): boolean {
  const between = looks.filter((look) => waitsForWork(look, runsLoop));
  const place = applicationFrame(between[0]?.frames ?? []);
  const awake = looks.filter((look) => !between.includes(look));
  const ticks = ({ frames, state }: ThreadLook): boolean =>
    isRunning(state) && !isServing(frames) && sameLine(applicationFrame(frames), place);
  return awake.length === 0 || (between.length >= awake.length && cpuShare <= mostShareOfTicks && awake.every(ticks));
}

function conditionInSteps(shown: ThreadLook, runsLoop: boolean): ThreadCondition["condition"] {
  return waitsForWork(shown, runsLoop) ? "waits for work" : "stands";
}

// The outermost frames are compared first, as far as they are the same in all looks.
function lastingFrame(looks: readonly ThreadLook[]): Frame | undefined {
  const [first, ...others] = looks.map(({ frames }) => frames.toReversed());
  const shared = (first ?? []).findIndex((frame, depth) => others.some((frames) => !sameLine(frames[depth], frame)));
  const common = (first ?? []).slice(0, shared < 0 ? undefined : shared);
  return common.toReversed().find(isApplication);
}

function isRunning(state: ThreadActivity): boolean {
  return state === "on CPU" || state === "waits for the GIL";
}

function isBlocking(state: ThreadActivity): boolean {
  return !isRunning(state) && state !== "unknown" && state !== "ended";
}

// A thread that queues for the GIL wakes every few milliseconds and, on a busy machine, then queues for a core: it looks as if it ran, and uses nothing.
function computes(looks: readonly ThreadLook[], cpuShare: number): boolean {
  return cpuShare > 0.1 || looks.filter(({ holdsGil }) => holdsGil).length > looks.length / 2;
}

const waitingStates: ReadonlySet<ThreadActivity> = new Set([
  "waits for a lock",
  "idle in epoll",
  "waits in poll",
  "accepts connections",
  "sleeps",
  "reads a pipe",
  "reads a socket",
  "waits for a child process",
]);

/** Whether a look shows a thread between two pieces of work: in its server's or pool's own wait, with none of the application's code inside it. */
export function waitsForWork({ frames, state }: ThreadLook, runsLoop: boolean): boolean {
  if (state === "accepts connections") return true;
  if (!waitingStates.has(state)) return false;
  const own = frames.findIndex(isApplication);
  if (isServing(frames) || (state === "reads a socket" && readsRequest(frames) !== undefined)) return false;
  // A loop written in C (uvloop) waits without a frame of its own.
  return own < 0 || (runsLoop && state === "idle in epoll") || frames.slice(0, own).some(isWaitForWork);
}
