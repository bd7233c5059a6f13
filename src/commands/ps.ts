// `ps`: finds the Python processes, describes each, and measures their processor time over a short window. The path: dispatch -> here -> outside.

import { monotonicMs, sleep } from "../base/clock.ts";
import { cpuPercentSince, describeProcess, lookAround, type Surroundings } from "../outside/describe-process.ts";
import type { ServiceProcess } from "../outside/services.ts";
import { listServices, resolveServiceMembers } from "../outside/targets.ts";
import type record from "../protocol/commands/ps.ts";
import type { PossibilityResult, ProcessResult } from "../protocol/process-schema.ts";
import type { Context, Handler } from "../protocol/request.ts";
import { processFacts } from "./process-facts.ts";

// Processor time is counted in steps of 10 ms: over less than this the answer would be noise.
const windowMs = 100;

export const run: Handler<typeof record> = async (_params, context) => {
  const found =
    context.target === undefined ? listServices(context.settings, context.signal) : resolveServiceMembers(context.target, context.settings);
  const surroundings = lookAround();
  const described = found.flatMap((subject) => describe(subject, surroundings, context) ?? []);
  await sleep(windowMs - (monotonicMs() - Math.max(...found.map(({ process }) => process.seenAtMs))), context.signal);
  const processes = described.map(({ subject, facts }) => ({ ...facts, cpuPercent: cpuPercentSince(subject.process) }));
  noteRefusals(processes, context);
  return { processes };
};

interface Described {
  readonly subject: ServiceProcess;
  readonly facts: Omit<ProcessResult, "cpuPercent">;
}

function describe(subject: ServiceProcess, surroundings: Surroundings, context: Context): Described | undefined {
  if (context.signal.aborted) return undefined;
  const description = describeProcess(subject, surroundings);
  if (description === undefined) return undefined;
  context.touched(subject.pid);
  return { subject, facts: processFacts(subject, description) };
}

const mostNamed = 6;

// One note for each cause, however many processes share it.
function noteRefusals(processes: readonly ProcessResult[], context: Context): void {
  const causes = new Map<string, { look: PossibilityResult; pids: number[] }>();
  for (const { pid, access } of processes) {
    if (access.look.possible) continue;
    const cause = causes.get(access.look.why ?? "") ?? { look: access.look, pids: [] };
    cause.pids.push(pid);
    causes.set(access.look.why ?? "", cause);
  }
  for (const { look, pids } of causes.values()) {
    const named = `${pids.slice(0, mostNamed).join(", ")}${pids.length > mostNamed ? ` and ${pids.length - mostNamed} more` : ""}`;
    context.note({
      message: `${named} can't be looked at: ${look.why ?? ""}`,
      ...(look.remedy === undefined ? {} : { remedy: look.remedy }),
      partial: false,
    });
  }
}
