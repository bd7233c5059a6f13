// The answer of `children` as people see it: a tree per process of the target that stands on top, what is wrong above it.

import { formatDurationMs } from "../base/units.ts";
import type { ChildResult, ChildrenTarget } from "./children-schema.ts";
import { dim, strong, targetName } from "./frame-view.ts";
import type { Cell, Column, View } from "./view.ts";

const columns: readonly Column[] = [
  { title: "PID" },
  { title: "WHAT" },
  { title: "AGE", align: "right" },
  { title: "CPU", align: "right" },
  { title: "DOES" },
  { title: "ARGUMENTS", shrinks: true },
];

export function childrenView({ targets }: { readonly targets: readonly ChildrenTarget[] }): View[] {
  return targets.flatMap((target): View[] => {
    const omitted = target.total - target.children.length;
    const count = `${target.total} ${target.total === 1 ? "process" : "processes"} below it`;
    return [
      {
        shape: "events",
        lines: [
          [strong(targetName(target)), dim(`  pid ${target.pid}, ${target.role}: `), count],
          ...target.findings.map((text): Cell[] => [{ text: `  ${text}`, tone: "warn" }]),
        ],
      },
      ...(target.children.length === 0 ? [] : [{ shape: "table" as const, columns, rows: target.children.map(toRow) }]),
      ...(omitted > 0 ? [{ shape: "events" as const, lines: [[dim(`… ${omitted} more; --limit shows them`)]] }] : []),
    ];
  });
}

function toRow(child: ChildResult): Cell[] {
  const { pid, depth, worker, name, executable, ageMs, cpuPercent, state, detail, zombie } = child;
  const program = executable === "" ? name : (executable.split("/").at(-1) ?? name);
  return [
    `${"  ".repeat(Math.min(depth - 1, 16))}${pid}`,
    worker === "" ? program : strong(worker),
    formatDurationMs(ageMs),
    `${Math.round(cpuPercent)} %`,
    zombie ? { text: "ended, not collected (zombie)", tone: "warn" } : detail === undefined ? state : `${state} ${detail}`,
    dim(child.arguments.join(" ")),
  ];
}
