// From what was seen of a process to one verdict about it, with every finding that led there. Pure; names no culprit that it can't show.

import { collecting, computingThreads } from "./computing.ts";
import { deadlocks } from "./deadlock.ts";
import { compareFindings, type Finding } from "./finding.ts";
import { heldLocks } from "./held-locks.ts";
import { blockedLoops, heldGil } from "./loop-and-gil.ts";
import type { ProcessObservation } from "./observation.ts";
import { standingRequests } from "./standing-requests.ts";
import { standingThreads } from "./standing-threads.ts";
import { taskCircles } from "./task-findings.ts";
import { conditionOf, type ThreadCondition } from "./thread-condition.ts";

export interface WorkerVerdict {
  readonly process: ProcessObservation;
  /** The finding that a person on call must know first. */
  readonly verdict: Finding;
  /** All of them, the most important first; never empty. */
  readonly findings: readonly Finding[];
}

export function judgeWorker(process: ProcessObservation): WorkerVerdict {
  const conditions = process.threads.map(conditionOf);
  const findings = (process.stopped ? [stopped(process)] : findingsOf(process, conditions)).toSorted(compareFindings);
  const verdict = findings[0] ?? unclear(process);
  return { process, verdict, findings: findings.length > 0 ? findings : [verdict] };
}

function findingsOf(process: ProcessObservation, conditions: readonly ThreadCondition[]): Finding[] {
  const circles = [...deadlocks(process), ...taskCircles(process)];
  const loops = blockedLoops(process);
  const gil = heldGil(process);
  const certain = [...circles, ...loops, ...(gil === undefined ? [] : [gil])];
  const open = without(conditions, certain);
  const garbage = collecting(process, open);
  const locks = heldLocks(process, open);
  const rest = without(open, locks);
  const tasks = new Set(circles.flatMap((circle) => circle.tasks));
  return [
    ...certain,
    ...locks,
    ...standingThreads(process, rest),
    ...standingRequests(process, tasks),
    ...garbage,
    ...computingThreads(process, without(open, garbage)),
    ...ordinary(process, rest),
  ];
}

function without(conditions: readonly ThreadCondition[], findings: readonly Finding[]): ThreadCondition[] {
  const explained = new Set(findings.flatMap(({ tids }) => tids));
  return conditions.filter(({ thread }) => !explained.has(thread.tid));
}

function plain(process: ProcessObservation, kind: Finding["kind"], text: string): Finding {
  return { kind, stuck: false, text, culprit: undefined, tids: [], tasks: [], sinceMs: process.durationMs, sinceKnown: false };
}

function stopped(process: ProcessObservation): Finding {
  return { ...plain(process, "stopped", "the process is stopped by a signal or a debugger; SIGCONT lets it go on"), stuck: true };
}

function ordinary(process: ProcessObservation, conditions: readonly ThreadCondition[]): Finding[] {
  const moving = conditions.filter(
    ({ condition, place, serving }) => (condition === "moves" || condition === "wants the GIL") && (place !== undefined || serving),
  );
  if (moving.length > 0)
    return [
      plain(
        process,
        "working",
        `${moving.length} ${moving.length === 1 ? "thread is" : "threads are"} at work and moved on during the look`,
      ),
    ];
  const waiting = conditions.filter(
    ({ condition, place, serving }) => condition === "waits for work" || (condition !== "unreadable" && place === undefined && !serving),
  );
  if (waiting.length === 0 || waiting.length < conditions.length) return [];
  const count = process.tasks.length + process.tasksLeftOut;
  return [plain(process, "idle", `waits for work; nothing of the application stands still${count > 0 ? `; ${count} tasks wait` : ""}`)];
}

function unclear(process: ProcessObservation): Finding {
  return plain(process, "unclear", "nothing stood still for the whole look, and nothing computed all the time");
}
