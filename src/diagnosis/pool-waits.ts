// Waits for a free connection of a pool: who has connections open meanwhile, and whether those move on. Pure.

import { isPoolWait } from "../stacks/client-places.ts";
import type { ProcessObservation, TaskObservation, ThreadObservation } from "./observation.ts";
import { conditionOf, lastFrames, type ThreadCondition } from "./thread-condition.ts";
import { threadName } from "./words.ts";

/** A pool's own queue or condition, not the use of one of its connections. */
export function waitsForPool({ thread, state }: ThreadCondition): boolean {
  return (state === "waits for a lock" || state === "sleeps") && isPoolWait(lastFrames(thread));
}

export interface PoolHolders {
  readonly tids: readonly number[];
  readonly tasks: readonly string[];
  /** True where one of them moved on during the look: then the pool is slow, and does not stand. */
  readonly move: boolean;
  /** "keeper-0 and keeper-1 have connections open"; undefined where none was found. */
  readonly clause: string | undefined;
}

export function poolHolders(process: ProcessObservation): PoolHolders {
  const threads = process.threads.filter(({ tid }) => process.connectionHolders.includes(tid));
  const tasks = process.tasks.filter(({ id }) => process.connectionTasks.includes(id));
  const names = [...threads.map(holderName), ...tasks.map(taskName)];
  const move = threads.some((thread) => movesOn(conditionOf(thread))) || tasks.some(({ throughout, running }) => !throughout || running);
  const has = names.length === 1 ? "has a connection" : "have connections";
  return {
    tids: threads.map(({ tid }) => tid),
    tasks: tasks.map(({ id }) => id),
    move,
    clause: names.length === 0 ? undefined : `${nameSome(names)} ${has} open${movingText(move, names.length)}`,
  };
}

function movingText(move: boolean, count: number): string {
  if (!move) return "";
  return count === 1 ? ", and moves on" : ", and not all of them stand still";
}

function movesOn({ condition, repeats }: ThreadCondition): boolean {
  return condition === "moves" || condition === "wants the GIL" || (condition === "stands" && repeats);
}

function holderName(thread: ThreadObservation): string {
  return thread.request === undefined ? threadName(thread) : `${threadName(thread)} (${thread.request})`;
}

function taskName({ name, request }: TaskObservation): string {
  return request === undefined ? name : `the task of ${request}`;
}

const mostNamed = 4;

function nameSome(names: readonly string[]): string {
  if (names.length > mostNamed) return `${names.slice(0, mostNamed).join(", ")} and ${names.length - mostNamed} more`;
  return names.length < 3 ? names.join(" and ") : `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}
