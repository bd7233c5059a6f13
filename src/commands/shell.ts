// `shell`: which target a session is about, under the name that its later lines use. Asked again at every `connect`.

import { resolveTargets } from "../outside/targets.ts";
import type record from "../protocol/commands/shell.ts";
import type { Handler } from "../protocol/request.ts";

export const run: Handler<typeof record> = async (_params, { target, through, settings }) => {
  if (target === undefined) return { target: "", service: "" };
  // What lies behind --via is only known there: the first command will tell.
  if (through !== undefined) return { target, service: "" };
  const service = (await resolveTargets(target, settings))[0]?.service ?? "";
  return { target: isServiceName(target) ? service : target, service };
};

/** A name may be a service's beginning; a pid, a port and one worker stand for themselves. */
function isServiceName(target: string): boolean {
  return !/^:?\d+$|\//.test(target);
}
