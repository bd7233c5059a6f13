// Workers come and go under a session: which took the place of one that ended, and whom a name that is gone might have meant.

import { existsSync } from "node:fs";
import { Failure } from "../../base/failure.ts";
import type { ProcessResult } from "../../protocol/process-schema.ts";
import type { Request } from "../../protocol/request.ts";
import { ask, type Session } from "./session.ts";

/** Remembers who was read; says where somebody else answers now. */
export function replacedWorkers(session: Session, touched: ReadonlySet<number>): string | undefined {
  const { connected, seen, opened } = session;
  if (connected === undefined || opened.request.through !== undefined || touched.size === 0) return undefined;
  const before = seen.get(connected.target);
  const gone = [...(before ?? [])].filter((pid) => !existsSync(`/proc/${pid}`));
  const fresh = [...touched].filter((pid) => before?.has(pid) === false);
  seen.set(connected.target, new Set([...(before ?? []), ...touched].filter((pid) => !gone.includes(pid))));
  if (gone.length === 0 || fresh.length === 0) return undefined;
  return `${connected.target} has changed: ${pids(gone)} ended, ${pids(fresh)} ${fresh.length === 1 ? "is" : "are"} new`;
}

/** A target that is gone, with the workers that its service has now. Any other failure stays as it is. */
export async function explainedAbsence(session: Session, failure: Failure, request: Request | undefined): Promise<Failure> {
  const { connected, opened } = session;
  const isGone = failure.code === "target-gone" || failure.code === "target-not-found";
  if (!isGone || connected === undefined || opened.request.through !== undefined || request?.target !== connected.target) return failure;
  const { code, message, target } = failure;
  return new Failure({ code, message, target, hint: await whoIsLeft(session, connected.service) }, { cause: failure.cause });
}

async function whoIsLeft(session: Session, service: string): Promise<string> {
  try {
    const { result } = await ask(session, { command: "ps", target: service, params: {} });
    const { processes } = result as { processes: readonly ProcessResult[] };
    const workers = processes.filter(({ worker }) => worker > 0).map(({ pid }) => pid);
    const left = workers.length > 0 ? workers : processes.map(({ pid }) => pid);
    return `${service} has now ${pids(left)}: connect ${service}, or connect ${left[0] ?? "PID"}`;
  } catch {
    return `${service} runs no more; servers shows what does`;
  }
}

const mostNamed = 8;

function pids(all: readonly number[]): string {
  const named = `${all.slice(0, mostNamed).join(", ")}${all.length > mostNamed ? ` and ${all.length - mostNamed} more` : ""}`;
  return `${all.length === 1 ? "process" : "processes"} ${named}`;
}
