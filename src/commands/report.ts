// `report`: the answers of the other commands of level look, one right after the other. The path: dispatch -> here -> their handlers.

import { hostname } from "node:os";
import { monotonicMs, timestamp } from "../base/clock.ts";
import { failureOf, type Failure } from "../base/failure.ts";
import childrenRecord from "../protocol/commands/children.ts";
import fdsRecord from "../protocol/commands/fds.ts";
import locksRecord from "../protocol/commands/locks.ts";
import psRecord from "../protocol/commands/ps.ts";
import type record from "../protocol/commands/report.ts";
import requestsRecord from "../protocol/commands/requests.ts";
import tasksRecord from "../protocol/commands/tasks.ts";
import threadsRecord from "../protocol/commands/threads.ts";
import whyRecord from "../protocol/commands/why.ts";
import type { CommandRecord } from "../protocol/command.ts";
import type { ReportSection } from "../protocol/report-schema.ts";
import type { Context, Handler } from "../protocol/request.ts";
import { version } from "../protocol/version.ts";
import { run as children } from "./children.ts";
import { run as fds } from "./fds.ts";
import { run as locks } from "./locks.ts";
import { run as ps } from "./ps.ts";
import { run as requests } from "./requests.ts";
import { run as tasks } from "./tasks.ts";
import { run as threads } from "./threads.ts";
import { run as why } from "./why.ts";

interface Part {
  readonly record: CommandRecord;
  readonly handler: Handler;
}

// What passes soonest comes first: requests and stacks change, descriptors and children hardly. `why` looks for a second and stands on top.
const parts: readonly Part[] = [
  part(whyRecord, why),
  part(requestsRecord, requests),
  part(locksRecord, locks),
  part(threadsRecord, threads),
  part(tasksRecord, tasks),
  part(fdsRecord, fds),
  part(childrenRecord, children),
  part(psRecord, ps),
];

function part(partRecord: unknown, handler: unknown): Part {
  return { record: partRecord as CommandRecord, handler: handler as Handler };
}

export const run: Handler<typeof record> = async (_params, context) => {
  const began = timestamp();
  const sections: ReportSection[] = [];
  const failures: Failure[] = [];
  for (const [index, one] of parts.entries()) {
    context.signal.throwIfAborted();
    context.progress({ done: index, total: parts.length, label: one.record.name });
    sections.push(await ask(one, context, failures));
  }
  // What no command could answer (no such process, no Python in it) is the answer of the whole.
  if (failures.length === parts.length && failures[0] !== undefined) throw failures[0];
  const failed = sections.filter(({ failure }) => failure !== null);
  for (const { command, failure } of failed)
    context.note({ message: `${command}: ${failure?.message ?? ""}`, remedy: failure?.hint ?? "", partial: true });
  return { target: context.target ?? "", host: hostname(), user: context.caller.user, ispyd: version, began, ended: timestamp(), sections };
};

async function ask({ record: asked, handler }: Part, context: Context, failures: Failure[]): Promise<ReportSection> {
  const startedMs = monotonicMs();
  const head = { command: asked.name, typed: `ispyd ${asked.name} ${context.target ?? ""}`.trim(), began: timestamp() };
  try {
    const result: unknown = await handler(asked.params.parse({}), context);
    return { ...head, durationMs: monotonicMs() - startedMs, result, failure: null };
  } catch (thrown) {
    const failure = failureOf(thrown);
    failures.push(failure);
    const { code, message, hint } = failure;
    return { ...head, durationMs: monotonicMs() - startedMs, result: null, failure: { code, message, hint } };
  }
}
