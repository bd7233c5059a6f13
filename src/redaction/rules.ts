// The rules of rules.json with their patterns compiled: data on one side, the engine on the other.
// Everything that decides what is hidden stands in rules.json, which the agent's engine reads too.

import rulesJson from "./rules.json" with { type: "json" };

/** A kind of secret that shows by itself, wherever it stands. */
export interface ValueRule {
  id: string;
  pattern: string;
  flags?: string;
  /** Lower-case texts of which one must occur for the rule to be tried. */
  needs?: readonly string[];
  /** 1: only the first group is hidden. */
  group?: number;
  /** A test that no pattern can make (value-checks.ts). */
  check?: string;
  /** Rules whose findings this one leaves alone where they overlap. */
  yieldsTo?: readonly string[];
}

/** A way to write down a name with its value; group 1 is the name, the value begins where the match ends. */
export interface AssignmentRule {
  pattern: string;
  /** "all": any hidden name; "prose": only names that mean a secret in a sentence too. */
  names: string;
  /** Which entry of `endings` finds the end of a value that has neither quotes nor brackets. */
  ending: string;
  /** The ending for names whose value takes the whole line (`Cookie: a=b; c=d`). */
  wholeLineEnding?: string;
  needs?: readonly string[];
  /** Values with fewer characters stay. */
  least?: number;
}

/** Short options of programs whose value is a password. */
export interface CommandRule {
  programs: readonly string[];
  /** The password follows in the same argument: `-psecret`. */
  glued: readonly string[];
  /** The next argument is the password. */
  next: readonly string[];
  /** The next argument is `user:password`. */
  nextAfterColon: readonly string[];
}

/** A pattern with the texts that must occur for it to be worth trying. */
export interface Compiled<Rule> {
  rule: Rule;
  regex: RegExp;
}

export const limits = rulesJson.limits;
export const names = rulesJson.names;
export const types = rulesJson.types;
export const secretWords: readonly string[] = rulesJson.secretWords;
export const secretWordsForUuid: readonly string[] = rulesJson.secretWordsForUuid;
export const commandRules: readonly CommandRule[] = rulesJson.commands;

export const valueRules: readonly Compiled<ValueRule>[] = rulesJson.values.map((rule: ValueRule) => ({
  rule,
  regex: new RegExp(rule.pattern, `g${rule.group === undefined ? "" : "d"}${rule.flags ?? ""}`),
}));

export const assignmentRules: readonly Compiled<AssignmentRule>[] = rulesJson.assignments.map((rule: AssignmentRule) => ({
  rule,
  regex: new RegExp(rule.pattern, "g"),
}));

/** The patterns that find the end of a bare value; sticky, so that they match where they are told to. */
export const endings: ReadonlyMap<string, RegExp> = new Map(
  Object.entries(rulesJson.endings).map(([name, pattern]) => [name, new RegExp(pattern, "y")]),
);

/** Whether a rule can match at all. `lowerText` is the text in lower case. */
export function canMatch(needs: readonly string[] | undefined, lowerText: string): boolean {
  return needs === undefined || needs.some((need) => lowerText.includes(need));
}
