// `fds`: several looks at the open descriptors of all processes of the target together. The path: dispatch -> here -> outside.

import { monotonicMs, sleep } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";
import { explainRefusal } from "../outside/look-refusal.ts";
import { observe } from "../outside/observer.ts";
import { type DescriptorLook, descriptorKinds, type OpenDescriptor, readOpenDescriptors } from "../outside/open-descriptors.ts";
import { readOpenFilesLimit } from "../outside/proc/limits.ts";
import { resolveTargets, stillTheSame, type Target } from "../outside/targets.ts";
import type record from "../protocol/commands/fds.ts";
import type { DescriptorGroup, DescriptorsTarget } from "../protocol/fds-schema.ts";
import type { Context, Handler } from "../protocol/request.ts";
import { createRedactor, type Redactor } from "../redaction/redactor.ts";
import { descriptorFindings } from "./fds-findings.ts";
import { headOf, unreadableOf } from "./each-target.ts";

const looks = 4;
const longestText = 500;

export const run: Handler<typeof record> = async (params, context) => {
  const targets = await resolveTargets(context.target ?? "", context.settings);
  for (const { pid } of targets) context.touched(pid);
  const startedMs = monotonicMs();
  const seen = targets.map((target): Seen => ({ target, looks: [], failure: undefined }));
  for (let look = 0; look < looks && !context.signal.aborted; look += 1) {
    if (look > 0) await sleep(params.for / (looks - 1), context.signal);
    for (const one of seen) lookAt(one);
  }
  context.signal.throwIfAborted();
  const durationMs = monotonicMs() - startedMs;
  return answer(seen, { durationMs, limit: params.limit, context, redactor: createRedactor() });
};

interface Seen {
  readonly target: Target;
  readonly looks: DescriptorLook[];
  failure: Failure | undefined;
}

function lookAt(one: Seen): void {
  if (one.failure !== undefined) return;
  const { target } = one;
  const read = stillTheSame(target) ? readOpenDescriptors(target.pid) : undefined;
  if (typeof read === "object") one.looks.push(read);
  else one.failure = read === undefined ? gone(target) : hidden(target);
}

function gone({ pid }: Target): Failure {
  return new Failure({ code: "target-gone", message: `process ${pid} has ended`, hint: "ispyd ps shows what is running" });
}

function hidden({ pid }: Target): Failure {
  const { why = "the kernel does not say why", remedy } = explainRefusal(pid, "EACCES", observe());
  return new Failure({
    code: "permission-denied",
    message: `the descriptors of process ${pid} are hidden from this user: ${why}`,
    ...(remedy === undefined ? {} : { hint: remedy }),
  });
}

interface Answering {
  readonly durationMs: number;
  readonly limit: number;
  readonly context: Context;
  readonly redactor: Redactor;
}

function answer(
  seen: readonly Seen[],
  answering: Answering,
): { targets: DescriptorsTarget[]; unreadable: ReturnType<typeof unreadableOf>[] } {
  const targets = seen.flatMap((one) => (one.failure === undefined ? [toTarget(one, answering)] : []));
  const failed = seen.flatMap(({ target, failure }) => (failure === undefined ? [] : [{ target, failure }]));
  const [first] = failed;
  if (targets.length === 0 && first !== undefined) throw first.failure;
  return { targets, unreadable: failed.map(({ target, failure }) => unreadableOf(answering.context, target, failure)) };
}

function toTarget({ target, looks: taken }: Seen, { durationMs, limit, redactor }: Answering): DescriptorsTarget {
  const first = taken[0] ?? { descriptors: [], total: 0 };
  const last = taken.at(-1) ?? first;
  const limits = readOpenFilesLimit(target.pid);
  const { soft, hard } = typeof limits === "object" ? limits : { soft: undefined, hard: undefined };
  const shown = (text: string): string => redactor.redactAndCut(text, longestText).text;
  const groups = groupDescriptors(first.descriptors, last.descriptors).map((group) => ({ ...group, what: shown(group.what) }));
  const facts = {
    total: last.total,
    ...(soft === undefined ? {} : { softLimit: soft }),
    ...(hard === undefined ? {} : { hardLimit: hard }),
    looks: taken.map(({ total }) => total),
    durationMs: Math.round(durationMs),
    groups,
  };
  return {
    ...headOf(target, target.process.version ?? ""),
    ...facts,
    kinds: countKinds(groups),
    groups: groups.slice(0, limit),
    groupCount: groups.length,
    descriptors: last.descriptors.slice(0, limit).map((descriptor) => ({ ...descriptor, what: shown(descriptor.what) })),
    findings: descriptorFindings(facts),
  };
}

/** Those that are alike counted together, the most first, with what each group gained. */
function groupDescriptors(before: readonly OpenDescriptor[], after: readonly OpenDescriptor[]): DescriptorGroup[] {
  const keyOf = ({ kind, what, state, deleted }: OpenDescriptor): string => JSON.stringify([kind, what, state, deleted]);
  const counts = new Map<string, { descriptor: OpenDescriptor; count: number; earlier: number }>();
  const count = (descriptor: OpenDescriptor, part: "count" | "earlier"): void => {
    const key = keyOf(descriptor);
    const entry = counts.get(key) ?? { descriptor, count: 0, earlier: 0 };
    entry[part] += 1;
    counts.set(key, entry);
  };
  for (const descriptor of before) count(descriptor, "earlier");
  for (const descriptor of after) count(descriptor, "count");
  return [...counts.values()]
    .map(({ descriptor: { kind, what, state, deleted }, count: now, earlier }) => ({
      kind,
      what,
      state,
      deleted,
      count: now,
      growth: now - earlier,
    }))
    .sort((a, b) => b.count - a.count || b.growth - a.growth || descriptorKinds.indexOf(a.kind) - descriptorKinds.indexOf(b.kind));
}

function countKinds(groups: readonly DescriptorGroup[]): DescriptorsTarget["kinds"] {
  const kinds = new Map<string, { count: number; growth: number }>();
  for (const { kind, count, growth } of groups) {
    const known = kinds.get(kind) ?? { count: 0, growth: 0 };
    kinds.set(kind, { count: known.count + count, growth: known.growth + growth });
  }
  return [...kinds].map(([kind, facts]) => ({ kind, ...facts })).sort((a, b) => b.count - a.count);
}
