// Refuses what the owner of the application does not allow to be seen from outside: asked by every command above `look` before it reads (law 8).

import { Failure } from "../base/failure.ts";
import type { Interpreter } from "../outside/interpreter.ts";
import { type Ceiling, readCeilings } from "../outside/owner-ceiling.ts";
import { type Level, levels } from "../protocol/level.ts";

/** What would allow more. */
export const raisedByOwner =
  "only the application's owner can raise it, in the application's environment or in the file ispyd.ceiling beside it";

/** The refusal where a ceiling of the process lies below `level`; undefined where it may go on. */
export function ceilingRefusal(interpreter: Interpreter, level: Level): Failure | undefined {
  const lowest = lowestCeiling(interpreter);
  return lowest === undefined ? undefined : agentCeilingRefusal(interpreter.pid, lowest, level);
}

/** The same for the ceiling that an agent told of. */
export function agentCeilingRefusal(pid: number, ceiling: Ceiling, level: Level): Failure | undefined {
  if (rankOf(ceiling) >= levels.indexOf(level)) return undefined;
  return new Failure({
    code: "level-refused",
    message: `process ${pid} may not be looked at with a command of level ${level}: ${reason(ceiling)}`,
    hint: raisedByOwner,
  });
}

/** The highest level that the process's ceilings let through, and why in a clause; undefined where none is set. */
export function readCeiling(interpreter: Interpreter): { level: Level; why: string } | undefined {
  const lowest = lowestCeiling(interpreter);
  return lowest === undefined ? undefined : { level: levels[rankOf(lowest)] ?? "look", why: reason(lowest) };
}

function lowestCeiling(interpreter: Interpreter): Ceiling | undefined {
  return readCeilings(interpreter).toSorted((one, other) => rankOf(one) - rankOf(other))[0];
}

function rankOf({ level }: Ceiling): number {
  const index = levels.findIndex((known) => known === level);
  // What is not understood must not allow more than the least.
  return index < 0 ? levels.indexOf("look") : index;
}

function reason({ level, setBy }: Ceiling): string {
  if (level === undefined) return setBy;
  const known = levels.some((one) => one === level);
  return known
    ? `its owner set the ceiling ${level} (${setBy})`
    : `its owner set a ceiling that is no level (${setBy}), which counts as look`;
}
