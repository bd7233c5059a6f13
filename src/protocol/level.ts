// The five levels of what a command does to its target, in the words that policy, help and the audit log share.

export const levels = ["local", "look", "inspect", "capture", "change", "console"] as const;

/** `local` commands have no target; the other five are ordered by what they do to it. */
export type Level = (typeof levels)[number];

/** One sentence per level, as help and the manual print it. */
export const levelMeanings: Record<Level, string> = {
  local: "has no target",
  look: "nothing runs in the target: its memory and /proc are read from outside, no application value is shown",
  inspect: "the agent in the target answers, without any application value",
  capture: "application values leave the target: redacted at the source, bounded",
  change: "something in the target is altered, always with an expiry and an undo",
  console: "any code",
};
