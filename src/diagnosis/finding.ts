// What a diagnosis says of one worker: a kind, plain words, and the application's own line where one can be named.

import type { Frame } from "../stacks/model.ts";

/** What stands still comes before what does not; among equals this order tells what a person on call must know first. */
export const findingKinds = [
  "stopped",
  "deadlock",
  "tasks in a circle",
  "event loop blocked",
  "GIL held",
  "waits for a lock",
  "waits for a pool",
  "waits for a peer",
  "waits for a pipe",
  "waits for a file lock",
  "waits for a child",
  "collecting garbage",
  "busy",
  "working",
  "sleeps",
  "waits",
  "idle",
  "unclear",
] as const;

export type FindingKind = (typeof findingKinds)[number];

export interface Finding {
  readonly kind: FindingKind;
  /** True where nothing moves there and something should. False for what is only stated: a scheduler that sleeps, a consumer without work. */
  readonly stuck: boolean;
  /** One sentence, without the worker's name. */
  readonly text: string;
  /** The application's own line; undefined where there is none, or where naming one would be a guess. */
  readonly culprit: Frame | undefined;
  /** Threads whose stacks show it, the one that matters first. */
  readonly tids: readonly number[];
  /** Tasks whose chains show it. */
  readonly tasks: readonly string[];
  /** How long it has lasted at least, and whether that is known or only the time of looking. */
  readonly sinceMs: number;
  readonly sinceKnown: boolean;
}

/** The order in which findings are told: what is stuck, then by kind, then by how many threads show it. */
export function compareFindings(a: Finding, b: Finding): number {
  return Number(b.stuck) - Number(a.stuck) || findingKinds.indexOf(a.kind) - findingKinds.indexOf(b.kind) || b.tids.length - a.tids.length;
}
