// Circles of waits between threads as findings: a lock taken twice, two locks in opposite order, imports and joins that wait for each other. Pure.

import type { Finding } from "./finding.ts";
import type { ProcessObservation, ThreadObservation } from "./observation.ts";
import { applicationFrame, lastFrames } from "./thread-condition.ts";
import { type Circle, waitCircles } from "./wait-graph.ts";
import { placeText, sinceText, threadName, threadText, waitedText } from "./words.ts";

const mostNamed = 4;

export function deadlocks(process: ProcessObservation): Finding[] {
  return waitCircles(process.threads).map((circle) => toFinding(process, circle));
}

function toFinding(process: ProcessObservation, circle: Circle): Finding {
  const [first] = circle;
  const lasted = circle.map(({ lastRanMs }) => lastRanMs);
  const known = lasted.every((value) => value !== undefined);
  // It began with the last of them.
  const sinceMs = Math.max(process.durationMs, known ? Math.min(...lasted.map((value) => value ?? 0)) : 0);
  const waits = circle.slice(0, mostNamed).map((thread, index) => waitText(thread, circle[(index + 1) % circle.length]));
  if (circle.length > mostNamed) waits.push(`and so on through ${circle.length - mostNamed} more`);
  return {
    kind: "deadlock",
    stuck: true,
    text: `${circle.length === 1 && first !== undefined ? ownLock(first) : waits.join("; ")}; ${sinceText(sinceMs, known)}. It will not end by itself`,
    culprit: first === undefined ? undefined : placeOf(first),
    tids: circle.map(({ tid }) => tid),
    tasks: [],
    sinceMs,
    sinceKnown: known,
  };
}

function ownLock(thread: ThreadObservation): string {
  const owner = thread.wait?.owners.find(({ tid }) => tid === thread.tid);
  // The line at which that frame stands now; where it took the lock is not recorded.
  const where = owner?.frame === undefined ? "" : `, in ${placeText(owner.frame)}`;
  return `${threadText(thread)} waits in ${placeText(placeOf(thread))} for ${waitedText(thread.wait?.kind)} that it holds itself${where}`;
}

function waitText(thread: ThreadObservation, next: ThreadObservation | undefined): string {
  const holds = thread.wait?.kind === "import of a module" ? "has begun" : "holds";
  const what =
    thread.wait?.kind === "end of a thread"
      ? `the end of ${threadName(next)}`
      : `${waitedText(thread.wait?.kind)} that ${threadName(next)} ${holds}`;
  return `${threadText(thread)} waits in ${placeText(placeOf(thread))} for ${what}`;
}

function placeOf(thread: ThreadObservation): ReturnType<typeof applicationFrame> {
  return applicationFrame(lastFrames(thread));
}
