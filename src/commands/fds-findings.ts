// What is wrong with the open descriptors of a process, or may soon be, one sentence each. Pure.

import { formatDurationMs } from "../base/units.ts";
import type { DescriptorGroup } from "../protocol/fds-schema.ts";

export interface DescriptorFacts {
  readonly total: number;
  readonly softLimit?: number;
  /** Totals in order of time. */
  readonly looks: readonly number[];
  readonly durationMs: number;
  readonly groups: readonly DescriptorGroup[];
}

const nearShare = 0.8;
const fewestCloseWait = 5;
const fewestDeleted = 10;
const mostNamed = 3;

/** Empty where there is nothing to say: that a process has many descriptors is no finding. */
export function descriptorFindings(facts: DescriptorFacts): string[] {
  return [...nearLimit(facts), ...growth(facts), ...closeWait(facts), ...deleted(facts)];
}

function nearLimit({ total, softLimit }: DescriptorFacts): string[] {
  if (softLimit === undefined || total < softLimit * nearShare) return [];
  const left = Math.max(0, softLimit - total);
  return [
    `near its limit: ${total} of ${softLimit} descriptors are open, ${left} are left; beyond that every open, accept and connect fails (Too many open files)`,
  ];
}

// At every look more than before: one burst is no leak.
function growth({ looks, durationMs, groups }: DescriptorFacts): string[] {
  const [first = 0] = looks;
  const last = looks.at(-1) ?? first;
  if (looks.length < 3 || last <= first || !looks.every((total, index) => index === 0 || total > (looks[index - 1] ?? 0))) return [];
  const grown = groups.filter((group) => group.growth > 0).sort((a, b) => b.growth - a.growth);
  const named = grown.slice(0, mostNamed).map(({ kind, what, growth: more }) => `+${more} ${kind}${what === "" ? "" : ` ${what}`}`);
  return [
    `grew at every look: ${looks.join(", ")} in ${formatDurationMs(durationMs)} (${named.join(", ")}${grown.length > mostNamed ? ", ..." : ""})`,
  ];
}

function closeWait({ groups }: DescriptorFacts): string[] {
  return groups
    .filter(({ state, count }) => state.endsWith("CLOSE_WAIT") && count >= fewestCloseWait)
    .map(
      ({ what, count, state }) =>
        `${count} connections ${state.startsWith("client") ? `of clients ${what}` : `to ${what}`} in CLOSE_WAIT: the other side has closed them, the application has not`,
    );
}

function deleted({ groups }: DescriptorFacts): string[] {
  const count = groups.filter((group) => group.deleted).reduce((sum, group) => sum + group.count, 0);
  return count < fewestDeleted ? [] : [`${count} open files are deleted: their space on disk is free only when they are closed`];
}
