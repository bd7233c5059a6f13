// The answer of `locks` as people see it: a lock that somebody waits for, who has it, and who waits, each with the line.

import { dim, strong, targetName } from "./frame-view.ts";
import type { LockResult, LocksTarget } from "./locks-schema.ts";
import type { FrameLine, StackNode, View } from "./view.ts";
import { shortFile } from "../stacks/origin.ts";

export function locksView({ targets }: { targets: readonly LocksTarget[] }): View[] {
  return targets.flatMap((target): View[] => [
    { shape: "events", lines: [[strong(targetName(target)), dim(`  pid ${target.pid}, ${target.role}, Python ${target.python}`)]] },
    { shape: "stacks", nodes: target.locks.map(toNode), empty: "no thread waits for a lock, and none is inside a with on one" },
  ]);
}

function toNode({ kind, object, holders, waiters }: LockResult): StackNode {
  const waited =
    waiters.length === 0 ? "nobody waits for it" : `${waiters.length} ${waiters.length === 1 ? "thread waits" : "threads wait"} for it`;
  const unknown =
    holders.length === 0 && waiters.length > 0
      ? ["owner unknown: this kind of lock does not record it, and no frame is inside a with on it"]
      : [];
  return {
    heading: [strong(kind), dim(`  ${object}`), { text: `  ${waited}`, tone: waiters.length > 0 ? "warn" : "dim" }],
    details: unknown,
    frames: [
      ...holders.map((holder) => line(holder, holder.how === "records" ? "holds it" : "inside a with")),
      ...waiters.map((waiter) => line(waiter, "waits for it")),
    ],
    children: [],
  };
}

// What the thread does stands first: on a narrow terminal the end of a long name goes.
const doingWidth = "inside a with".length;

function line({ tid, name, place }: LockResult["waiters"][number], doing: string): FrameLine {
  const where = place === null ? "somewhere" : `${place.function}  ${shortFile(place.file)}:${place.line}`;
  return { function: `${doing.padEnd(doingWidth)}  ${name === "" ? "thread" : name} (${tid})`, place: where, tone: "plain" };
}
