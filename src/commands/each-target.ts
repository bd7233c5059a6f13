// What every command that reads processes does around its own work: resolve the target, read each process, keep what could not be read as data.

import { monotonicMs } from "../base/clock.ts";
import { failureOf, Failure } from "../base/failure.ts";
import { resolveTargets, type Target } from "../outside/targets.ts";
import { pauseRefusal } from "../outside/pause.ts";
import { startWatchdog, type Watchdog } from "../outside/watchdog.ts";
import type { Context } from "../protocol/request.ts";
import type { TargetHead, Unreadable } from "../protocol/stack-schema.ts";

export interface EachTarget<One> {
  readonly answers: readonly One[];
  readonly unreadable: readonly Unreadable[];
}

/**
 * Runs `read` on every process of the request's target. A process that can't be read becomes an entry of `unreadable` and a partial answer;
 * where none could be read, a refusal is thrown before any other Failure.
 */
export async function readEachTarget<One>(
  context: Context,
  pause: boolean,
  read: (target: Target, watchdog: Watchdog | undefined) => One | Failure,
): Promise<EachTarget<One>> {
  const targets = await resolveTargets(context.target ?? "", context.settings);
  const watchdog = pause ? await guardedWatchdog(targets, context.signal) : undefined;
  const answers: One[] = [];
  const failures: { target: Target; failure: Failure }[] = [];
  try {
    for (const [index, target] of targets.entries()) {
      context.signal.throwIfAborted();
      // A timer comes late where each process takes long: the clock is asked, so that no process is begun after the time is up.
      if (monotonicMs() > context.deadlineMs) throw outOfTime(index, targets.length);
      context.touched(target.pid);
      context.progress({ done: index, total: targets.length, label: target.service });
      const answer = read(target, watchdog);
      if (!(answer instanceof Failure)) answers.push(answer);
      else {
        failures.push({ target, failure: answer });
        if (answer.family === "refused") context.refused(target.pid);
      }
      // Lets an interrupt or the time limit in between two processes.
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    watchdog?.close();
  }
  const first = failures.find(({ failure }) => failure.family === "refused") ?? failures[0];
  if (answers.length === 0 && first !== undefined) throw first.failure;
  return { answers, unreadable: failures.map(({ target, failure }) => unreadableOf(context, target, failure)) };
}

function outOfTime(done: number, total: number): Failure {
  return new Failure({
    code: "timed-out",
    message: `the time was up after ${done} of ${total} processes`,
    hint: "allow more with --timeout 60s, or name fewer processes",
  });
}

// Refusals come before anything is stopped, so that a service is stopped worker by worker or not at all.
async function guardedWatchdog(targets: readonly Target[], signal: AbortSignal): Promise<Watchdog> {
  for (const { pid } of targets) {
    const refusal = pauseRefusal(pid);
    if (refusal !== undefined) throw refusal;
  }
  return await startWatchdog(signal);
}

/** A process that could not be read, as an entry of the answer; the caller is told with a note. */
export function unreadableOf(context: Context, target: Target, thrown: unknown): Unreadable {
  const failure = failureOf(thrown);
  const entry = { pid: target.pid, what: "process", why: failure.message, remedy: failure.hint };
  context.note({ message: failure.message, ...(failure.hint === "" ? {} : { remedy: failure.hint }), partial: true });
  return entry;
}

/** The head of one process's part of an answer. */
export function headOf(target: Target, python: string): TargetHead {
  return { pid: target.pid, service: target.service, worker: target.worker, role: target.role, python };
}
