// The answer of `threads` as people see it: identical stacks grouped across threads and workers, the most common first.

import { groupByStack, type StackGroup } from "../stacks/group.ts";
import { dim, frameLines, strong, targetName, verdictText } from "./frame-view.ts";
import type { ThreadResult, ThreadsTarget } from "./stack-schema.ts";
import type { Cell, StackNode, View } from "./view.ts";

interface Member {
  readonly target: ThreadsTarget;
  readonly thread: ThreadResult;
}

const mostNamed = 6;

export function threadsView(
  result: { targets: readonly ThreadsTarget[]; verdicts: { kept: number; retried: number; rejected: number } },
  { all }: { all: boolean },
): View[] {
  const members = result.targets.flatMap((target) => target.threads.map((thread) => ({ target, thread })));
  const groups = groupByStack(
    members,
    ({ thread }) => thread.frames,
    ({ thread }) => `${thread.state} ${thread.detail ?? ""} ${thread.verdict === "rejected"}`,
  );
  return [
    { shape: "events", lines: result.targets.map(headOf) },
    { shape: "stacks", nodes: groups.map((group) => toNode(group, all)), empty: "no thread with a Python stack" },
    {
      shape: "events",
      lines: [
        [
          dim(
            `${members.length} ${plural(members.length, "thread")} in ${result.targets.length} ${plural(result.targets.length, "process")}; stacks: ${verdictText(result.verdicts)}`,
          ),
        ],
      ],
    },
  ];
}

function headOf(target: ThreadsTarget): Cell[] {
  const marks = [...(target.collecting ? ["garbage collection in progress"] : []), ...(target.paused ? ["stopped for the read"] : [])];
  return [
    strong(targetName(target)),
    dim(`  pid ${target.pid}, ${target.role}, Python ${target.python}`),
    ...marks.map((mark): Cell => ({ text: `  ${mark}`, tone: "warn" })),
  ];
}

function toNode({ members, frames }: StackGroup<Member>, all: boolean): StackNode {
  const first = members[0]?.thread;
  const count = members.length > 1 ? `${members.length} threads  ` : "";
  const state = `${first?.state ?? ""}${first?.detail === undefined ? "" : ` ${first.detail}`}`;
  const depth = first?.truncated === true ? [dim(`${first.depth - frames.length} more frames below; --frames shows them`)] : [];
  const rejected =
    first?.verdict === "rejected" ? [{ text: "its stack changed at every look; --pause would show it", tone: "warn" as const }] : [];
  return {
    heading: [strong(count + state), ...members.slice(0, 1).flatMap(({ thread }) => marksOf(thread))],
    details: [dim(namesOf(members)), ...rejected, ...depth],
    frames: frameLines(frames, all),
    children: [],
  };
}

function marksOf(thread: ThreadResult): Cell[] {
  return [
    ...(thread.holdsGil ? [{ text: "  holds the GIL", tone: "warn" as const }] : []),
    ...(thread.exception === undefined ? [] : [dim(`  handling ${thread.exception}`)]),
    ...(thread.interpreter === 0 ? [] : [dim(`  interpreter ${thread.interpreter}`)]),
  ];
}

function namesOf(members: readonly Member[]): string {
  const named = members
    .slice(0, mostNamed)
    .map(({ target, thread }) => `${targetName(target)} ${thread.name === "" ? "unnamed" : thread.name} (${thread.tid})`);
  const more = members.length - named.length;
  return named.join(", ") + (more > 0 ? `, and ${more} more` : "");
}

function plural(count: number, noun: string): string {
  if (count === 1) return noun;
  return noun.endsWith("s") ? `${noun}es` : `${noun}s`;
}
