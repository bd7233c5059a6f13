// Command lines: the value after `--password`, assignments to the environment, short options of programs whose value is a password.
// What stays of each argument passes the rules for texts.

import { sumRedactions, type Redaction } from "./counts.ts";
import { nameRule } from "./names.ts";
import { commandRules, type CommandRule } from "./rules.ts";

export interface RedactedArguments {
  arguments: string[];
  redactions: Redaction[];
}

interface Redacted {
  text: string;
  redactions: Redaction[];
}

/** The parts of a redactor that command lines need. */
interface TextRedaction {
  redactText(text: string): Redacted;
  hide(rule: string, text: string): Redacted;
}

const commandRule = "value: password in a command";
const assignment = /^-{0,2}([A-Za-z_][A-Za-z0-9_.-]*)=/;
const option = /^-{1,2}([A-Za-z][A-Za-z0-9_.-]*)$/;

/** What the argument before announced about the next one. */
type Expected = { rule: string; part: "all" | "after colon" } | undefined;

/** The arguments one by one; a rule of a program holds from the argument that names it on (`sudo mysql -psecret`). */
export function redactArgumentList(argv: readonly string[], redaction: TextRedaction): RedactedArguments {
  const shown: Redacted[] = [];
  const active: CommandRule[] = [];
  let expected: Expected;
  for (const argument of argv) {
    const isOption = /^--[A-Za-z]/.test(argument);
    const announced = isOption ? undefined : expected;
    shown.push(announced === undefined ? redactOne(argument, active, redaction) : redactExpected(argument, announced, redaction));
    expected = announced === undefined ? announcedBy(argument, active) : undefined;
    active.push(...commandRules.filter((rule) => rule.programs.includes(programName(argument)) && !active.includes(rule)));
  }
  return { arguments: shown.map(({ text }) => text), redactions: sumRedactions(shown.map(({ redactions }) => redactions)) };
}

function redactExpected(argument: string, { rule, part }: NonNullable<Expected>, { redactText, hide }: TextRedaction): Redacted {
  if (part === "all") return hide(rule, argument);
  const colon = argument.indexOf(":");
  return colon < 0 ? redactText(argument) : afterPrefix(argument.slice(0, colon + 1), hide(rule, argument.slice(colon + 1)));
}

function redactOne(argument: string, active: readonly CommandRule[], { redactText, hide }: TextRedaction): Redacted {
  // Short options first: in `-pabc_key=x` the whole of `abc_key=x` is the password.
  const glued = active.flatMap((command) => command.glued).find((flag) => argument.startsWith(flag) && argument.length > flag.length);
  if (glued !== undefined) return afterPrefix(glued, hide(commandRule, argument.slice(glued.length)));
  const colon = gluedColon(argument, active);
  if (colon >= 0) return afterPrefix(argument.slice(0, colon + 1), hide(commandRule, argument.slice(colon + 1)));
  const assigned = assignment.exec(argument);
  const rule = nameRule(assigned?.[1] ?? "");
  if (assigned === null || rule === undefined) return redactText(argument);
  return afterPrefix(assigned[0], hide(rule, argument.slice(assigned[0].length)));
}

/** Where the colon of `-ubob:secret` and `--user=bob:secret` stands; -1 in any other argument. */
function gluedColon(argument: string, active: readonly CommandRule[]): number {
  const flags = active.flatMap((command) => command.nextAfterColon).map((flag) => (flag.startsWith("--") ? `${flag}=` : flag));
  const flag = flags.find((one) => argument.startsWith(one));
  return flag === undefined ? -1 : argument.indexOf(":", flag.length);
}

/** What an option says about the argument after it. */
function announcedBy(argument: string, active: readonly CommandRule[]): Expected {
  if (active.some((command) => command.next.includes(argument))) return { rule: commandRule, part: "all" };
  if (active.some((command) => command.nextAfterColon.includes(argument))) return { rule: commandRule, part: "after colon" };
  const rule = nameRule(option.exec(argument)?.[1] ?? "");
  return rule === undefined ? undefined : { rule, part: "all" };
}

function programName(argument: string): string {
  return argument.length > 4_096 ? "" : argument.slice(argument.lastIndexOf("/") + 1);
}

function afterPrefix(prefix: string, { text, redactions }: Redacted): Redacted {
  return { text: `${prefix}${text}`, redactions };
}
