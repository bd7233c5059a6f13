// The answer of `fds` as people see it: per process what is wrong, then its descriptors by kind and likeness, the most first.

import { formatDurationMs } from "../base/units.ts";
import type { DescriptorGroup, DescriptorsTarget } from "./fds-schema.ts";
import { dim, strong, targetName } from "./frame-view.ts";
import type { Cell, Column, View } from "./view.ts";

const columns: readonly Column[] = [
  { title: "COUNT", align: "right" },
  { title: "GREW", align: "right" },
  { title: "KIND" },
  { title: "WHAT", shrinks: true },
  { title: "STATE" },
];

// What stands once and did not grow is counted at the end, not listed, beyond so many lines.
const mostLines = 25;

export function fdsView({ targets }: { readonly targets: readonly DescriptorsTarget[] }): View[] {
  return targets.flatMap((target): View[] => {
    const shown = target.groups.slice(0, mostLines);
    const rest = target.groupCount - shown.length;
    return [
      { shape: "events", lines: [headOf(target), ...target.findings.map((text): Cell[] => [{ text: `  ${text}`, tone: "warn" }])] },
      { shape: "table", columns, rows: shown.map(toRow), empty: "no descriptor is open" },
      ...(rest > 0 ? [{ shape: "events" as const, lines: [[dim(`… ${rest} more kinds and peers; --json lists them`)]] }] : []),
    ];
  });
}

function headOf(target: DescriptorsTarget): Cell[] {
  const { total, softLimit, hardLimit, looks, durationMs } = target;
  const limit =
    softLimit === undefined
      ? "no limit"
      : `limit ${softLimit}${hardLimit === undefined || hardLimit === softLimit ? "" : ` (may be raised to ${hardLimit})`}`;
  const growth = total - (looks[0] ?? total);
  const grew = growth === 0 ? "" : `, ${growth > 0 ? "+" : ""}${growth} in ${formatDurationMs(durationMs)}`;
  return [strong(targetName(target)), dim(`  pid ${target.pid}, ${target.role}: `), `${total} open, ${limit}${grew}`];
}

function toRow({ count, growth, kind, what, state, deleted }: DescriptorGroup): Cell[] {
  const closeWait = state.includes("CLOSE_WAIT");
  return [
    String(count),
    growth === 0 ? "" : { text: `${growth > 0 ? "+" : ""}${growth}`, tone: growth > 0 ? "warn" : "plain" },
    kind,
    what,
    deleted ? { text: "deleted", tone: "warn" } : closeWait ? { text: state, tone: "warn" } : state,
  ];
}
