// Tasks of asyncio as findings: those that await each other or a lock of their own, and requests whose task stood at one place. Pure.

import type { Finding } from "./finding.ts";
import type { ProcessObservation, TaskObservation } from "./observation.ts";
import { isServing } from "./places-of-work.ts";
import { applicationFrame, sameLine } from "./thread-condition.ts";
import { placeText, requestsText, servingClause, sinceText } from "./words.ts";

type TasksById = ReadonlyMap<string, TaskObservation>;

/** Tasks that await each other, or that wait for an asyncio.Lock that they hold among themselves. */
export function taskCircles(process: ProcessObservation): Finding[] {
  const byId = new Map(process.tasks.map((task) => [task.id, task]));
  const done = new Set<string>();
  return process.tasks.flatMap((task) => {
    const circle = circleFrom(task, byId, done);
    return circle === undefined ? [] : [circleFinding(process, circle)];
  });
}

// Without recursion, since a chain of tasks may be as long as the target likes.
function circleFrom(start: TaskObservation, byId: TasksById, done: Set<string>): readonly TaskObservation[] | undefined {
  const path: TaskObservation[] = [];
  const waiting: { readonly task: TaskObservation; readonly depth: number }[] = [{ task: start, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    path.length = next.depth;
    const { task } = next;
    if (done.has(task.id)) {
      const at = path.findIndex(({ id }) => id === task.id);
      if (at >= 0) return path.slice(at);
      continue;
    }
    done.add(task.id);
    path.push(task);
    for (const id of blockersOf(task)) {
      const blocker = byId.get(id);
      if (blocker !== undefined) waiting.push({ task: blocker, depth: path.length });
    }
  }
  return undefined;
}

function blockersOf({ awaits, lockOwners, throughout }: TaskObservation): readonly string[] {
  return throughout ? [...awaits, ...(lockOwners ?? [])] : [];
}

function circleFinding(process: ProcessObservation, circle: readonly TaskObservation[]): Finding {
  const place = applicationFrame(circle[0]?.frames ?? []);
  return {
    kind: "tasks in a circle",
    stuck: true,
    text: `${circleText(circle)}. It will not end by itself`,
    culprit: place,
    tids: [],
    tasks: circle.map(({ id }) => id),
    sinceMs: process.durationMs,
    sinceKnown: false,
  };
}

const mostNamed = 4;

function circleText(circle: readonly TaskObservation[]): string {
  const [first] = circle;
  const inLock = circle.some(({ lockOwners }) => lockOwners !== undefined);
  if (circle.length === 1 && first !== undefined)
    return `${first.name}${servingClause([first])} ${inLock ? "waits for an asyncio.Lock that it holds itself" : "awaits itself"} in ${placeText(applicationFrame(first.frames))}`;
  const names = circle
    .slice(0, mostNamed)
    .map((task) => `${task.name}${servingClause([task])} in ${placeText(applicationFrame(task.frames))}`);
  if (circle.length > mostNamed) names.push(`and ${circle.length - mostNamed} more`);
  return `${circle.length} tasks ${inLock ? "wait for asyncio.Locks that they hold among themselves" : "await each other"}: ${names.join(", ")}`;
}

/** Tasks that serve a request and stood at one place for the whole look, one finding per place. It is stated, not judged: a long poll stands as well. */
export function standingRequests(process: ProcessObservation, explained: ReadonlySet<string>): Finding[] {
  const groups: TaskObservation[][] = [];
  for (const task of process.tasks.filter((one) => one.throughout && !one.running && !explained.has(one.id))) {
    const place = applicationFrame(task.frames);
    if (place === undefined || !isServing(task.frames)) continue;
    const group = groups.find(([member]) => sameLine(applicationFrame(member?.frames ?? []), place));
    if (group === undefined) groups.push([task]);
    else group.push(task);
  }
  return groups.map((group) => requestFinding(process, group));
}

function requestFinding({ durationMs }: ProcessObservation, group: readonly TaskObservation[]): Finding {
  const [first] = group;
  const who =
    group.length > 1
      ? `the tasks of ${group.length} requests${requestsText(group) === "" ? "" : `, ${requestsText(group)},`} wait`
      : first?.request === undefined
        ? "the task of a request waits"
        : `the task of ${first.request} waits`;
  const tasks = group.map(({ id }) => id);
  return {
    kind: "waits",
    stuck: false,
    text: `${who} in ${placeText(applicationFrame(first?.frames ?? []))} ${sinceText(durationMs, false)}`,
    culprit: undefined,
    tids: [],
    tasks,
    sinceMs: durationMs,
    sinceKnown: false,
  };
}
