// Identical stacks grouped, with whatever has them: what turns forty threads into five lines.

import type { Frame } from "./model.ts";

export interface StackGroup<Member> {
  readonly frames: readonly Frame[];
  readonly members: readonly Member[];
}

/** Groups members by `keyOf` plus their frames (function, file and line each), largest group first, else in order of appearance. */
export function groupByStack<Member>(
  members: readonly Member[],
  framesOf: (member: Member) => readonly Frame[],
  keyOf: (member: Member) => string,
): StackGroup<Member>[] {
  const groups = new Map<string, { frames: readonly Frame[]; members: Member[] }>();
  for (const member of members) {
    const frames = framesOf(member);
    const key = JSON.stringify([keyOf(member), frames.map((frame) => [frame.function, frame.file, frame.line])]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { frames, members: [member] });
    else group.members.push(member);
  }
  return [...groups.values()].sort((a, b) => b.members.length - a.members.length);
}
