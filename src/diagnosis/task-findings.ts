// Tasks of asyncio that await each other, or a lock that they hold among themselves, as findings. Pure.

import type { Finding } from "./finding.ts";
import type { ProcessObservation, TaskObservation } from "./observation.ts";
import { applicationFrame } from "./thread-condition.ts";
import { placeText, servingClause } from "./words.ts";

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
