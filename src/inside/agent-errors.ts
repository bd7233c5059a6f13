// An agent's error as a Failure: its code as the house knows it, its words, and what it says became of the target.

import { type FailureCode } from "../base/failure-codes.ts";
import { Failure, type TargetCondition } from "../base/failure.ts";
import type { RpcError } from "../wire/rpc-client.ts";

const textMax = 1_000;

/** By `data.code` of docs/protocol.md; anything else is an agent that can't be understood. */
const codes: Readonly<Partial<Record<string, FailureCode>>> = {
  "refused-by-ceiling": "level-refused",
  "command-unknown": "command-unknown",
  "argument-invalid": "argument-invalid",
  "timed-out": "timed-out",
  interrupted: "interrupted",
  "plugin-failed": "plugin-failed",
  "plugin-disabled": "plugin-disabled",
  busy: "agent-busy",
  "too-large": "limit-refused",
  protocol: "agent-protocol",
};

const conditions: readonly TargetCondition[] = ["untouched", "restored", "unknown"];

export function errorFailure({ message, data }: RpcError, who: string): Failure {
  const { code, hint, target } = data;
  const known = typeof code === "string" && Object.hasOwn(codes, code) ? codes[code] : undefined;
  return new Failure({
    code: known ?? "agent-protocol",
    message: `${who}: ${message.slice(0, textMax)}`,
    hint: typeof hint === "string" ? hint.slice(0, textMax) : "",
    target: conditions.find((condition) => condition === target) ?? "unknown",
  });
}
