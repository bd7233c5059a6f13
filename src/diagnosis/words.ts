// The words of a diagnosis. Plain, short, and no more certain than what was seen. Pure.

import { formatDurationMs } from "../base/units.ts";
import { stepFrames } from "../stacks/client-places.ts";
import type { Frame } from "../stacks/model.ts";
import { shortFile } from "../stacks/origin.ts";
import type { ThreadObservation } from "./observation.ts";
import { lastFrames, type ThreadCondition } from "./thread-condition.ts";

/** "reserve (shop.py:33)" with the last part of the path; the whole path stands in the culprit. */
export function placeText(frame: Frame | undefined): string {
  if (frame === undefined) return "code that is not the application's";
  const file = shortFile(frame.file).split("/").slice(-2).join("/");
  return frame.line > 0 ? `${frame.function} (${file}:${frame.line})` : `${frame.function} (${file})`;
}

/** "worker-3", "the main thread", "thread 812". */
export function threadName(thread: ThreadObservation | undefined): string {
  if (thread === undefined) return "another thread";
  if (thread.main && (thread.name === "" || thread.name === "MainThread")) return "the main thread";
  return thread.name === "" ? `thread ${thread.tid}` : thread.name;
}

/** With the request that it serves, where one is known. */
export function threadText(thread: ThreadObservation): string {
  return `${threadName(thread)}${servingClause([thread])}`;
}

interface Serving {
  readonly request?: string | undefined;
}

/** ", serving GET /slow (2) and GET /cart" at the end of a sentence; empty where none of the requests is known. */
export function servingText(those: readonly Serving[]): string {
  const text = requestsText(those);
  return text === "" ? "" : `, serving ${text}`;
}

/** The same in the midst of a sentence. */
export function servingClause(those: readonly Serving[]): string {
  const text = servingText(those);
  return text === "" ? "" : `${text},`;
}

const mostRequests = 3;

/** "GET /slow (2), GET /cart and 1 more", those of most threads first; empty where none is known. What all of them serve needs no number. */
export function requestsText(those: readonly Serving[]): string {
  const counts = countRequests(those);
  const named = counts
    .slice(0, mostRequests)
    .map(([request, count]) => (count > 1 && count < those.length ? `${request} (${count})` : request));
  const rest = counts.length - named.length;
  const all = rest > 0 ? [...named, `${rest} more`] : named;
  return all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} and ${all.at(-1) ?? ""}`;
}

/** Each request once, with how many serve it, the most first. */
export function countRequests(those: readonly Serving[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { request } of those) if (request !== undefined) counts.set(request, (counts.get(request) ?? 0) + 1);
  return [...counts].toSorted(([, one], [, other]) => other - one);
}

/** "for 3 m 10 s" where it is known, else "for the whole look (1 s)". */
export function sinceText(sinceMs: number, known: boolean): string {
  return known ? `for ${formatDurationMs(sinceMs)}` : `for the whole look (${formatDurationMs(Math.round(sinceMs / 100) * 100)})`;
}

/** What a standing thread does: "reads a socket from 10.0.0.5:5432 (no time-out)". */
export function doingText({ state, detail, server, thread }: ThreadCondition): string {
  if (state === "waits for a lock" && (thread.call === "flock" || thread.call === "fcntl"))
    return `waits for the lock of the file ${detail ?? ""}`.trimEnd();
  const doing = server === undefined || state !== "reads a socket" ? state : `waits for ${server}'s answer`;
  const what = detail === undefined ? doing : `${doing} ${detail}`;
  // The time-out of a step is none of the wait.
  if (stepFrames(lastFrames(thread)) > 0) return what;
  const onSocket = state === "reads a socket" || state === "writes a socket" || state === "connects";
  return onSocket ? `${what}${timeoutText(thread)}${thread.fromClient ? ", a client's connection," : ""}` : what;
}

function timeoutText({ timeoutMs }: ThreadObservation): string {
  if (timeoutMs === undefined) return "";
  return timeoutMs === null ? " (no time-out)" : ` (time-out ${formatDurationMs(timeoutMs)})`;
}

/** "a Lock", "an RLock", "the import of a module". */
export function waitedText(kind: string | undefined): string {
  if (kind === "import of a module") return "the import of a module";
  return kind === "RLock" ? "an RLock" : `a ${kind ?? "lock"}`;
}
