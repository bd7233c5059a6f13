// An event loop that one frame keeps from turning, and a thread that keeps the GIL. Pure.

import type { Finding } from "./finding.ts";
import type { ProcessObservation, ThreadObservation } from "./observation.ts";
import { conditionOf, lastFrames, sameLine, type ThreadCondition, waitsForWork } from "./thread-condition.ts";
import { doingText, placeText, servingText, sinceText, threadText } from "./words.ts";

/** Loops whose thread stood or computed at one place of the application in every look, so that no other task had a turn. */
export function blockedLoops(process: ProcessObservation): Finding[] {
  return process.threads.filter(({ runsLoop }) => runsLoop).flatMap((thread) => blockedLoop(process, thread) ?? []);
}

function blockedLoop(process: ProcessObservation, thread: ThreadObservation): Finding | undefined {
  const one = conditionOf(thread);
  const stands = one.condition === "stands" && !one.repeats;
  const place = stands ? one.place : one.lasting;
  if (!(stands || computesInTurn(one)) || place === undefined || thread.looks.some((look) => waitsForWork(look, true))) return undefined;
  const known = stands && thread.lastRanMs !== undefined;
  const sinceMs = Math.max(known ? (thread.lastRanMs ?? 0) : 0, process.durationMs);
  const ofLoop = process.tasks.filter(({ tid }) => tid === thread.tid);
  const running = ofLoop.filter((task) => task.running);
  const waiting = ofLoop.length - running.length;
  const serving = servingText(thread.request === undefined ? running : [thread]);
  const others = waiting > 0 ? `, and ${waiting} other ${waiting === 1 ? "task waits" : "tasks wait"}` : "";
  return {
    kind: "event loop blocked",
    stuck: true,
    text: `the event loop stands still ${sinceText(sinceMs, known)}: ${placeText(place)} ${stands ? doingText(one) : "computes"} in it${serving}${others}`,
    culprit: place,
    tids: [thread.tid],
    tasks: running.map(({ id }) => id),
    sinceMs,
    sinceKnown: known,
  };
}

function computesInTurn({ thread, condition, samePlace, lasting }: ThreadCondition): boolean {
  return condition === "computes" && (samePlace || isInTask(thread, lasting)) && !isImporting(thread);
}

// A server that starts imports the application inside of its loop, for seconds on a busy machine.
function isImporting(thread: ThreadObservation): boolean {
  const frames = lastFrames(thread);
  const turn = frames.findIndex(({ file }) => file.endsWith("/asyncio/events.py"));
  return frames.slice(0, turn < 0 ? undefined : turn).some(({ file }) => file.startsWith("<frozen importlib._bootstrap"));
}

// Inside what the loop calls: a line outside of it, such as asyncio.run(), lasts as long as the program.
function isInTask(thread: ThreadObservation, place: ReturnType<typeof conditionOf>["lasting"]): boolean {
  const frames = lastFrames(thread);
  const at = frames.findIndex((frame) => sameLine(frame, place));
  return place !== undefined && at >= 0 && frames.slice(at).some(({ file }) => file.endsWith("/asyncio/events.py"));
}

/** A thread that had the GIL in nearly every look, at one line, while others waited for it and it was not handed over: C code that does not give it up. */
export function heldGil(process: ProcessObservation): Finding | undefined {
  const holder = process.threads.find(
    ({ looks }) => looks.length > 1 && looks.filter(({ holdsGil }) => holdsGil).length >= looks.length * 0.75,
  );
  if (holder === undefined || process.gilKeptShare < 0.5) return undefined;
  const [first] = holder.looks;
  const oneLine = holder.looks.every(({ frames }) => sameLine(frames[0], first?.frames[0]));
  const waiting = process.threads.filter((thread) => thread.tid !== holder.tid && conditionOf(thread).condition === "wants the GIL");
  if (!oneLine || waiting.length === 0) return undefined;
  const { place } = conditionOf(holder);
  return {
    kind: "GIL held",
    stuck: true,
    text: `${threadText(holder)} keeps the GIL in C code called from ${placeText(place)} ${sinceText(process.durationMs, false)}, and ${waiting.length} other ${waiting.length === 1 ? "thread waits" : "threads wait"} for it`,
    culprit: place,
    tids: [holder.tid, ...waiting.map(({ tid }) => tid)],
    tasks: [],
    sinceMs: process.durationMs,
    sinceKnown: false,
  };
}
