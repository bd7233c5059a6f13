// Stacks of several threads read between the same two looks at the GIL: what did not have it meanwhile is proven for all of them at once.
// Whoever that does not prove is read alone (stack-read.ts). Stands between the list of threads and the snapshot.

import type { Verdict } from "../stacks/model.ts";
import type { Frames } from "./agreement.ts";
import { type Gil, type GilSight, handoversBetween, sightGil, stoodAside } from "./gil.ts";
import type { ReadPlan } from "./read-plan.ts";
import {
  readListedState,
  readRawFrames,
  type ReadStack,
  readStack,
  rejected,
  resolveAll,
  type StackReading,
  toReadStack,
} from "./stack-read.ts";
import { type ThreadState, visitThreadStates } from "./thread-list.ts";

export interface ThreadStack {
  readonly state: ThreadState;
  readonly stack: ReadStack;
}

export interface InterpreterStacks {
  readonly gil: Gil | undefined;
  /** Newest thread first; undefined where the list of threads never held still. */
  readonly read: readonly ThreadStack[] | undefined;
}

// A group that another thread's turn falls into is read in vain, so groups shrink then, and grow while none does.
const largestGroup = 12;

interface Seen {
  state: ThreadState;
  /** What the last look has seen; undefined where it was torn, or where only a look of its own can tell, since the thread may be running. */
  raw: Frames | undefined;
  /** What the first look has seen. */
  first: Frames | undefined;
  looks: number;
  stack: ReadStack | undefined;
}

/** The stacks of all threads of an interpreter, in one walk through the list; undefined where the list was torn. */
export function readStacksInGroups(reading: StackReading): InterpreterStacks | undefined {
  const { heap, copies, gilStart, interpreter } = reading;
  copies.forget();
  const first = sightGil(heap, gilStart);
  const all: Seen[] = [];
  let sight = first;
  let settled = 0;
  const finish = (): void => {
    sight = settle(reading, all.slice(settled), sight);
    settled = all.length;
    copies.forget();
  };
  const whole = visitThreadStates({ ...heap, memory: copies }, interpreter, (state) => {
    all.push(see(reading, state, sight));
    if (all.length - settled >= reading.codes.framePlan.groupSize) finish();
  });
  if (!whole) return undefined;
  finish();
  return { gil: first.gil, read: settleRest(reading, all, sight) };
}

function see(reading: StackReading, state: ThreadState, { gil }: GilSight): Seen {
  const provable = reading.stopped || (reading.handoversCounted && gil?.enabled === true && gil.lastHolder !== state.address);
  const raw = provable ? lookOnce(reading, state) : undefined;
  return { state, raw, first: raw, looks: provable ? 1 : 0, stack: undefined };
}

// Once more together, since whoever had the GIL has often passed it on by now, then each by itself.
function settleRest(reading: StackReading, all: readonly Seen[], before: GilSight): ThreadStack[] {
  const rest = all.filter(({ stack }) => stack === undefined);
  const size = reading.codes.framePlan.groupSize;
  let sight = before;
  for (let start = 0; start < rest.length; start += size) sight = lookAgain(reading, rest.slice(start, start + size), sight);
  return all.map(({ state, stack, looks }) => ({ state, stack: stack ?? readStack(reading, state.address, looks) }));
}

// Gives a stack to whoever the two looks at the GIL prove; answers with the second.
function settle(reading: StackReading, group: readonly Seen[], before: GilSight): GilSight {
  const after = sightGil(reading.heap, reading.gilStart);
  adaptGroups(reading.codes.framePlan, before, after);
  const proven = group.filter(
    ({ raw, state: { address } }) => raw !== undefined && (reading.stopped || stoodAside(before, after, address)),
  );
  const found = resolveAll(
    reading,
    proven.map(({ raw }) => raw ?? []),
  );
  proven.forEach((one, index) => {
    const stack = found[index];
    if (stack !== undefined) one.stack = toReadStack(stack, verdictOf(one), reading.frameLimit);
  });
  return after;
}

// What the first look has seen was true if a proven one has seen the same.
function verdictOf({ raw, first }: Seen): Verdict {
  return raw !== undefined && first !== undefined && isSameStack(raw, first) ? "kept" : "retried";
}

function isSameStack(raw: Frames, other: Frames): boolean {
  if (raw.length !== other.length) return false;
  return raw.every(({ address, code, instruction }, index) => {
    const match = other[index];
    return match?.address === address && match.code === code && match.instruction === instruction;
  });
}

function lookAgain(reading: StackReading, group: readonly Seen[], before: GilSight): GilSight {
  if (reading.stopped || !reading.handoversCounted || before.gil?.enabled !== true) return before;
  reading.copies.forget();
  for (const one of group) {
    one.raw = undefined;
    if (before.gil.lastHolder === one.state.address) continue;
    const state = readListedState(reading, one.state.address);
    one.looks += 1;
    if (state === "left") one.stack = { ...rejected, listed: false };
    else if (state !== undefined) one.raw = lookOnce(reading, state);
    if (one.looks === 1) one.first = one.raw;
  }
  return settle(reading, group, before);
}

function lookOnce(reading: StackReading, state: ThreadState): Frames | undefined {
  const raw = readRawFrames(reading, state.bytes);
  return raw === "torn" ? undefined : raw.linked;
}

function adaptGroups(plan: ReadPlan, before: GilSight, after: GilSight): void {
  const handovers = handoversBetween(before, after);
  if (handovers > 1) plan.groupSize = Math.max(1, plan.groupSize >>> 1);
  else if (handovers === 0) plan.groupSize = Math.min(largestGroup, plan.groupSize + 1);
}
