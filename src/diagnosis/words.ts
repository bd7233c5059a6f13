// The words of a diagnosis. Plain, short, and no more certain than what was seen. Pure.

import { formatDurationMs } from "../base/units.ts";
import type { Frame } from "../stacks/model.ts";
import { shortFile } from "../stacks/origin.ts";
import type { ThreadObservation } from "./observation.ts";
import type { ThreadCondition } from "./thread-condition.ts";

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
  return thread.request === undefined ? threadName(thread) : `${threadName(thread)}, which serves ${thread.request},`;
}

/** "for 3 m 10 s" where it is known, else "for the whole look (1 s)". */
export function sinceText(sinceMs: number, known: boolean): string {
  return known ? `for ${formatDurationMs(sinceMs)}` : `for the whole look (${formatDurationMs(Math.round(sinceMs / 100) * 100)})`;
}

/** What a standing thread does: "reads a socket from 10.0.0.5:5432 (no time-out)". */
export function doingText({ state, detail, thread }: ThreadCondition): string {
  if (state === "waits for a lock" && (thread.call === "flock" || thread.call === "fcntl"))
    return `waits for the lock of the file ${detail ?? ""}`.trimEnd();
  const what = detail === undefined ? state : `${state} ${detail}`;
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
