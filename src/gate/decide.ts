// May this request run, and with which budget? Pure: the one place where the rule of the house is applied.

import type { FailureCode } from "../base/failure-codes.ts";
import type { CommandRecord } from "../protocol/command.ts";
import type { Level } from "../protocol/level.ts";
import type { Caller, Request } from "../protocol/request.ts";
import { timeLimits } from "./limits.ts";

export interface Allowed {
  readonly allowed: true;
  readonly rule: string;
  readonly budget: { readonly durationMs: number };
}

export interface Refused {
  readonly allowed: false;
  readonly rule: string;
  readonly code: FailureCode;
  readonly message: string;
  readonly hint: string;
}

export type Decision = Allowed | Refused;

/**
 * The built-in rule, which holds where there is no policy file: `local` and `look` are free, and so is `inspect`, since it goes through an agent
 * that the application's owner put there; `capture` and `change` need a reason, `console` is refused. What the settings forbid is refused first.
 */
export function decide(request: Request, level: Level, _caller: Caller, refusal?: CommandRecord["refusal"]): Decision {
  const durationMs = request.timeoutMs ?? timeLimits.defaultMs;
  if (durationMs > timeLimits.capMs) return overCap(durationMs);
  if (refusal !== undefined) return { allowed: false, ...refusal };
  if (level === "console") return consoleRefused();
  const free = level === "local" || level === "look" || level === "inspect";
  if (!free && (request.reason ?? "").trim() === "") return reasonNeeded(request, level);
  return { allowed: true, rule: `built-in: ${level}${free ? " is free" : " with a reason"}`, budget: { durationMs } };
}

function overCap(durationMs: number): Refused {
  return {
    allowed: false,
    rule: "built-in: cap on time",
    code: "limit-refused",
    message: `--timeout asks for ${Math.round(durationMs / 1000)} s; the most that any command may take is ${timeLimits.capMs / 1000} s`,
    hint: `use --timeout ${timeLimits.capMs / 1000}s or less`,
  };
}

function consoleRefused(): Refused {
  return {
    allowed: false,
    rule: "built-in: console is off",
    code: "level-refused",
    message: "commands of level console are refused where no policy allows them",
    hint: "use a command of a lower level",
  };
}

function reasonNeeded(request: Request, level: Level): Refused {
  return {
    allowed: false,
    rule: `built-in: ${level} needs a reason`,
    code: "reason-needed",
    message: `this use of ${request.command} is of level ${level} and needs a reason, which goes into the audit log`,
    hint: 'add --reason "why you need it"',
  };
}
