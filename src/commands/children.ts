// `children`: the processes below each process of the target, from /proc alone. The path: dispatch -> here -> outside.

import { readFileSync } from "node:fs";
import { monotonicMs, sleep } from "../base/clock.ts";
import {
  busyMs,
  type Descendant,
  descendantsOf,
  describeProgram,
  openSocketTables,
  readParents,
  type SocketTables,
} from "../outside/child-processes.ts";
import { readStat, ticksPerSecond } from "../outside/proc/stat.ts";
import { resolveTargets, type Target } from "../outside/targets.ts";
import type { ChildrenTarget, ChildResult } from "../protocol/children-schema.ts";
import type record from "../protocol/commands/children.ts";
import { targetName } from "../protocol/frame-view.ts";
import type { Handler } from "../protocol/request.ts";
import { createRedactor, type Redactor } from "../redaction/redactor.ts";
import { headOf } from "./each-target.ts";

// Processor time is counted in steps of 10 ms: over less than this the answer would be noise.
const windowMs = 100;
const mostArguments = 50;
const longestArgument = 200;

export const run: Handler<typeof record> = async ({ limit }, context) => {
  const targets = await resolveTargets(context.target ?? "", context.settings);
  for (const { pid } of targets) context.touched(pid);
  const parents = readParents();
  const startedMs = monotonicMs();
  await sleep(windowMs, context.signal);
  context.signal.throwIfAborted();
  const looking: Looking = {
    targets,
    redactor: createRedactor(),
    tables: openSocketTables(),
    uptimeMs: readUptimeMs(),
    windowMs: monotonicMs() - startedMs,
    limit,
  };
  const found = targets.map((target) => ({ target, descendants: descendantsOf(target.pid, parents) }));
  // Workers stand in their launcher's tree already.
  const below = new Set(found.flatMap(({ descendants }) => descendants.map(({ stat }) => stat.pid)));
  return { targets: found.filter(({ target }) => !below.has(target.pid)).map((one) => toTarget(one, looking)), unreadable: [] };
};

interface Looking {
  readonly targets: readonly Target[];
  readonly redactor: Redactor;
  readonly tables: SocketTables;
  readonly uptimeMs: number;
  /** Between the first look at each process and the second. */
  readonly windowMs: number;
  readonly limit: number;
}

// Time since the machine started, on the clock that start times count on. Source: proc_uptime(5).
function readUptimeMs(): number {
  return Number.parseFloat(readFileSync("/proc/uptime", "latin1")) * 1_000;
}

function toTarget({ target, descendants }: { target: Target; descendants: readonly Descendant[] }, looking: Looking): ChildrenTarget {
  const children = descendants.slice(0, looking.limit).flatMap((descendant) => toChild(descendant, looking) ?? []);
  return { ...headOf(target, target.process.version ?? ""), children, total: descendants.length, findings: zombieFindings(children) };
}

function toChild(
  { stat: before, depth }: Descendant,
  { targets, redactor, tables, uptimeMs, windowMs: spanMs }: Looking,
): ChildResult | undefined {
  const stat = readStat(before.pid);
  // Ended and collected in between, or its number is another's now.
  if (typeof stat !== "object" || stat.startTicks !== before.startTicks) return undefined;
  const { executable, activity, arguments: words } = describeProgram(stat, tables);
  const target = targets.find(({ pid }) => pid === stat.pid);
  const shown = redactor.redactArguments(words).arguments.slice(0, mostArguments);
  return {
    pid: stat.pid,
    parent: stat.ppid,
    depth,
    name: redactor.redactText(stat.comm).text,
    executable: redactor.redactText(executable).text,
    arguments: shown.map((word) => redactor.redactAndCut(word, longestArgument).text),
    argumentCount: words.length,
    worker: target === undefined ? "" : targetName(target),
    // At both looks: one that ended a moment ago may well be collected in the next.
    zombie: before.state === "Z" && stat.state === "Z",
    ...activity,
    ageMs: Math.max(0, Math.round(uptimeMs - (stat.startTicks * 1_000) / ticksPerSecond)),
    cpuPercent: Math.max(0, Math.round(((busyMs(stat) - busyMs(before)) / spanMs) * 100)),
    threads: stat.threads,
  };
}

const mostNamed = 6;

// By parent: that is who would have to ask for them.
function zombieFindings(children: readonly ChildResult[]): string[] {
  const byParent = new Map<number, ChildResult[]>();
  for (const child of children.filter(({ zombie }) => zombie)) byParent.set(child.parent, [...(byParent.get(child.parent) ?? []), child]);
  return [...byParent].map(([parent, zombies]) => {
    const named = zombies.slice(0, mostNamed).map(({ pid, name }) => `${pid} (${name})`);
    const more = zombies.length > named.length ? ` and ${zombies.length - named.length} more` : "";
    const ended = zombies.length === 1 ? "one child has ended" : `${zombies.length} children have ended`;
    return `${ended} and process ${parent} has not collected ${zombies.length === 1 ? "it" : "them"} (zombies): ${named.join(", ")}${more}`;
  });
}
