// Tasks of asyncio that serve a request and stood at one place for the whole look, as findings. Pure.
// A wait for a pool or for a server's answer that is one and the same wait all the time is an accusation; any other is stated, since a long poll stands too.

import { isPoolWait, serverAskedBy } from "../stacks/client-places.ts";
import type { Finding } from "./finding.ts";
import type { ProcessObservation, TaskObservation } from "./observation.ts";
import { isServing, isWaitForWork } from "./places-of-work.ts";
import { poolHolders } from "./pool-waits.ts";
import { applicationFrame, sameLine } from "./thread-condition.ts";
import { placeText, requestsText, sinceText } from "./words.ts";

/** One finding per place and wait. */
export function standingRequests(process: ProcessObservation, explained: ReadonlySet<string>): Finding[] {
  const groups: TaskObservation[][] = [];
  for (const task of process.tasks.filter((one) => one.throughout && !one.running && !explained.has(one.id))) {
    const place = applicationFrame(task.frames);
    if (place === undefined || !isServing(task.frames)) continue;
    const group = groups.find(([member]) => member !== undefined && isAlike(member, task));
    if (group === undefined) groups.push([task]);
    else group.push(task);
  }
  return groups.map((group) => requestFinding(process, group));
}

function isAlike(one: TaskObservation, other: TaskObservation): boolean {
  return (
    sameLine(applicationFrame(one.frames), applicationFrame(other.frames)) &&
    one.sameWait === other.sameWait &&
    waitOf(one).text === waitOf(other).text
  );
}

interface TaskWait {
  readonly kind: "waits" | "waits for a pool" | "waits for a peer";
  /** After "wait" or "waits": " for PostgreSQL's answer from 10.0.0.5:5432". */
  readonly text: string;
}

function waitOf({ frames, peer }: TaskObservation): TaskWait {
  if (isPoolWait(frames)) return { kind: "waits for a pool", text: " for a free connection of a pool" };
  const own = frames.findIndex((frame) => frame === applicationFrame(frames));
  const server = frames.slice(0, own).some(isWaitForWork) ? undefined : serverAskedBy(frames);
  if (server === undefined) return { kind: "waits", text: "" };
  return { kind: "waits for a peer", text: ` for ${server}'s answer${peer === undefined ? "" : ` from ${peer}`}` };
}

function requestFinding(process: ProcessObservation, group: readonly TaskObservation[]): Finding {
  const first = group[0] as TaskObservation;
  const { kind, text } = waitOf(first);
  const place = applicationFrame(first.frames);
  const holders = kind === "waits for a pool" ? poolHolders(process) : undefined;
  const stuck = kind !== "waits" && first.sameWait && holders?.move !== true;
  const often = kind !== "waits" && !first.sameWait ? " again and again" : "";
  const also = holders?.clause === undefined ? "" : `; ${holders.clause}`;
  return {
    kind,
    stuck,
    text: `${whoText(group)}${text}${often} in ${placeText(place)} ${sinceText(process.durationMs, false)}${also}`,
    culprit: stuck ? place : undefined,
    tids: holders?.tids ?? [],
    tasks: [...group.map(({ id }) => id), ...(holders?.tasks ?? [])],
    sinceMs: process.durationMs,
    sinceKnown: false,
  };
}

function whoText(group: readonly TaskObservation[]): string {
  const [first] = group;
  if (group.length > 1) return `the tasks of ${group.length} requests${requestsText(group) === "" ? "" : `, ${requestsText(group)},`} wait`;
  return first?.request === undefined ? "the task of a request waits" : `the task of ${first.request} waits`;
}
