// One process opened, read and closed, stopped for the read where that was asked for: what every command that reads memory shares.

import { Failure } from "../base/failure.ts";
import { type Interpreter, openInterpreter } from "./interpreter.ts";
import { readStopped } from "./pause.ts";
import { readStat } from "./proc/stat.ts";
import { stillTheSame } from "./targets.ts";
import type { Watchdog } from "./watchdog.ts";

export interface Identity {
  readonly pid: number;
  readonly startTicks: number;
}

export interface ReadOnce<Value> {
  readonly value: Value;
  /** True where the process stood still from the first byte read to the last. */
  readonly stopped: boolean;
  readonly stoppedMs: number;
}

/** Opens the interpreter of the very process that was named, hands it to `use`, and closes it; a Failure is a value here. */
export function withInterpreter<Value>(target: Identity, use: (interpreter: Interpreter) => Value | Failure): Value | Failure {
  const interpreter = openInterpreter(target.pid);
  if (interpreter instanceof Failure) return interpreter;
  try {
    const stat = readStat(target.pid);
    if (typeof stat !== "object" || stat.startTicks !== target.startTicks) {
      return new Failure({
        code: "target-gone",
        message: `process ${target.pid} has ended, and another has its number now`,
        hint: "ispyd ps shows what is running",
      });
    }
    const value = use(interpreter);
    // What is left in memory of a process that ends is torn down bit by bit: an answer made of it would lack threads and not say so.
    return value instanceof Failure || stillTheSame(target) ? value : endedMeanwhile(target);
  } finally {
    interpreter.close();
  }
}

/** For whoever has looked at a process and finds that it is no longer there. */
export function endedMeanwhile({ pid }: Identity): Failure {
  return new Failure({
    code: "target-gone",
    message: `process ${pid} ended while it was looked at`,
    hint: "ispyd ps shows what is running",
  });
}

/** Reads once, with the process stopped where there is a watchdog. A first unstopped read warms the caches, which keeps the stop short. */
export function readOnce<Value>(
  target: Identity,
  watchdog: Watchdog | undefined,
  read: (stopped: boolean) => Value,
): ReadOnce<Value> | Failure {
  if (watchdog === undefined) return { value: read(false), stopped: false, stoppedMs: 0 };
  read(false);
  const stopped = readStopped(target, watchdog, () => read(true));
  if (stopped instanceof Failure) return stopped;
  if (stopped.throughout) return { value: stopped.value, stopped: true, stoppedMs: stopped.stoppedMs };
  // The stop was cut short: what was read then may be mixed, so it is read again the careful way.
  return { value: read(false), stopped: false, stoppedMs: stopped.stoppedMs };
}
