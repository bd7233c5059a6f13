// Threads that stood at one place of the application for the whole look, grouped by that place and what they wait for. Pure.
// Only what can't be ordinary is called stuck: a scheduler sleeps and a consumer waits for ever, and both are well.

import { serverAskedBy } from "../stacks/client-places.ts";
import type { Frame } from "../stacks/model.ts";
import { shortFile } from "../stacks/origin.ts";
import type { Finding, FindingKind } from "./finding.ts";
import { waitsForHeldLock } from "./held-locks.ts";
import type { ProcessObservation } from "./observation.ts";
import { isApplication, readsRequest } from "./places-of-work.ts";
import { poolHolders, waitsForPool } from "./pool-waits.ts";
import { lastFrames, type ThreadCondition } from "./thread-condition.ts";
import { doingText, placeText, servingClause, sinceText, threadText } from "./words.ts";

/** One finding per place and wait; threads that wait for a lock are left to held-locks.ts. */
export function standingThreads(process: ProcessObservation, conditions: readonly ThreadCondition[]): Finding[] {
  const groups = new Map<string, ThreadCondition[]>();
  for (const one of conditions.filter(
    (each) =>
      each.condition === "stands" &&
      (each.place !== undefined || each.serving || readsRequest(lastFrames(each.thread)) !== undefined) &&
      !waitsForHeldLock(each),
  )) {
    const { place, state, thread, serving } = one;
    const key = JSON.stringify([place?.file, place?.function, place?.line, state, thread.wait?.object, serving]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((members) => toFinding(process, members));
}

function toFinding(process: ProcessObservation, members: readonly ThreadCondition[]): Finding {
  const first = members[0] as ThreadCondition;
  const repeats = members.some((one) => one.repeats);
  const { sinceMs, known } = sinceOf(process, members);
  const { kind, text, hangs } = meaningOf(first, process);
  const holders = kind === "waits for a pool" ? poolHolders(process) : undefined;
  const stuck = !repeats && holders?.move !== true && (hangs || first.serving);
  const often = repeats ? " again and again" : "";
  const others = [...first.thread.others, ...(holders?.clause === undefined ? [] : [holders.clause])];
  return {
    kind,
    stuck,
    text: `${whoText(members)} ${text}${often}${placeClause(first)} ${sinceText(sinceMs, known)}${others.length > 0 ? `; ${others.join(", ")}` : ""}`,
    culprit: stuck ? first.place : undefined,
    tids: [...members.map(({ thread }) => thread.tid), ...(holders?.tids ?? [])],
    tasks: holders?.tasks ?? [],
    sinceMs,
    sinceKnown: known,
  };
}

// A server that reads is known by what it reads.
function placeClause({ place, thread }: ThreadCondition): string {
  return place === undefined && readsRequest(lastFrames(thread)) !== undefined ? "" : ` in ${placeText(place)}`;
}

function whoText(members: readonly ThreadCondition[]): string {
  const threads = members.map(({ thread }) => thread);
  const [first] = threads;
  return threads.length === 1 && first !== undefined ? threadText(first) : `each of ${threads.length} threads${servingClause(threads)}`;
}

// A thread that ran meanwhile has stood for longer than since it ran.
function sinceOf(process: ProcessObservation, members: readonly ThreadCondition[]): { sinceMs: number; known: boolean } {
  const lasted = members.flatMap(({ thread: { ran, lastRanMs } }) => (ran || lastRanMs === undefined ? [] : [lastRanMs]));
  const known = lasted.length === members.length;
  return { sinceMs: known ? Math.max(...lasted) : process.durationMs, known };
}

interface Meaning {
  readonly kind: FindingKind;
  readonly text: string;
  /** True where such a wait is never what a program does between two pieces of work. */
  readonly hangs: boolean;
}

function meaningOf(one: ThreadCondition, process: ProcessObservation): Meaning {
  const { state } = one;
  const text = doingText(one);
  if (waitsForPool(one)) return { kind: "waits for a pool", text: `waits for a free connection of a pool`, hangs: true };
  if (state === "waits for a lock") return futexMeaning(one, text, process);
  if (isLoop(one)) return { kind: "waits", text: "waits in select", hangs: false };
  if (state === "connects") return { kind: "waits for a peer", text, hangs: true };
  if (state === "reads a socket" || state === "writes a socket" || state === "waits in poll") return socketMeaning(one, text, process);
  if (state === "writes a pipe") return { kind: "waits for a pipe", text: "writes to a full pipe", hangs: true };
  if (state === "reads a pipe")
    return isInSubprocess(one)
      ? { kind: "waits for a child", text: "waits for the output of a child process", hangs: true }
      : { kind: "waits", text, hangs: false };
  if (state === "waits for a child process") return { kind: "waits for a child", text, hangs: isInSubprocess(one) };
  return { kind: state === "sleeps" ? "sleeps" : "waits", text, hangs: state === "waits for the disk" };
}

function socketMeaning(one: ThreadCondition, text: string, process: ProcessObservation): Meaning {
  const { state, thread, detail } = one;
  const reading = state === "reads a socket" ? readsRequest(lastFrames(thread)) : undefined;
  if (reading === undefined)
    return { kind: "waits for a peer", text, hangs: !thread.fromClient && state !== "waits in poll" && !isListener(one, process) };
  const client = detail === undefined ? "a client" : `a client (${detail.replace(/^from /, "")})`;
  const alone = reading === "whole" ? ", and the worker serves nobody else," : "";
  return {
    kind: "waits for a peer",
    text: `waits for ${client} that has not sent its whole request${alone}`,
    hangs: reading === "whole",
  };
}

function futexMeaning({ thread, place }: ThreadCondition, text: string, process: ProcessObservation): Meaning {
  if (thread.call === "flock" || thread.call === "fcntl") return { kind: "waits for a file lock", text, hangs: true };
  const joined =
    thread.wait?.kind === "end of a thread" ? process.threads.find(({ tid }) => tid === thread.wait?.owners[0]?.tid) : undefined;
  if (joined !== undefined) return { kind: "waits", text: `waits for the end of ${threadText(joined)}`, hangs: false };
  const inner = lastFrames(thread).slice(0, 8);
  const called = inner
    .slice(
      0,
      Math.max(
        0,
        inner.findIndex((frame) => frame === place),
      ),
    )
    .map((frame) => lastName(frame.function));
  const kind =
    called.includes("result") || called.includes("as_completed")
      ? "the result of another thread"
      : called.includes("acquire")
        ? "a semaphore"
        : called.includes("wait")
          ? "a signal of another thread"
          : "another thread";
  return { kind: "waits", text: `waits for ${kind}`, hangs: false };
}

function lastName(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

// A thread that a server's application started for itself, as subscribers are: no request waits for it, and it may listen for ever.
// One of a pool got its job from somebody, so it is none.
function isListener({ thread, serving }: ThreadCondition, { role }: ProcessObservation): boolean {
  if (serving || thread.main || /^(?:Python|embedded) /.test(role)) return false;
  const outwards = lastFrames(thread);
  const body = outwards.findLastIndex(({ file }) => shortFile(file) !== "threading.py");
  return body >= 0 && body < outwards.length - 1 && isApplication(outwards[body] as Frame);
}

// A call of select or epoll is a loop of the application's own; a time-out of a socket waits in poll.
function isLoop({ state, thread }: ThreadCondition): boolean {
  if (state === "sleeps" || serverAskedBy(lastFrames(thread)) !== undefined) return false;
  return (
    state === "idle in epoll" ||
    /^(?:select|pselect6|epoll_)/.test(thread.call) ||
    (state === "waits in poll" && lastFrames(thread)[0]?.file.endsWith("/selectors.py") === true && !isInSubprocess({ thread }))
  );
}

function isInSubprocess({ thread }: Pick<ThreadCondition, "thread">): boolean {
  return lastFrames(thread)
    .slice(0, 6)
    .some(({ file }) => /\/python3\.\d+t?\/subprocess\.py$/.test(file));
}
