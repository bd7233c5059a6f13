// The one thing that can go wrong: a Failure crosses every boundary as data, and says what happened to the target.

import { failureCodes, type FailureCode, type FailureFamily } from "./failure-codes.ts";

/** What the failure left in the target: for a debugger the first question. */
export type TargetCondition = "untouched" | "restored" | "unknown";

export interface FailureFields {
  code: FailureCode;
  /** What was tried and what was found. */
  message: string;
  /** The next step, in one sentence; empty where there is none. */
  hint?: string;
  target?: TargetCondition;
}

/** Thrown to end a request; `toJson` gives the form that crosses processes. */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly hint: string;
  readonly target: TargetCondition;

  constructor(fields: FailureFields, options?: { cause?: unknown }) {
    super(fields.message, options);
    this.name = "Failure";
    this.code = fields.code;
    this.hint = fields.hint ?? "";
    this.target = fields.target ?? "untouched";
  }

  get family(): FailureFamily {
    return failureCodes[this.code].family;
  }

  get exitCode(): number {
    return failureCodes[this.code].exitCode;
  }

  toJson(): { code: FailureCode; message: string; hint: string; target: TargetCondition } {
    return { code: this.code, message: this.message, hint: this.hint, target: this.target };
  }
}

/** Anything thrown, as a Failure: what is not one already is a bug of ours and says so. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new Failure(
    {
      code: "bug",
      message: `a defect of ispyd: ${message}`,
      hint: "run it again with ISPYD_TRACE=1 and report the trace",
      target: "unknown",
    },
    { cause: thrown },
  );
}

/** The error code of a failed system call (`ENOENT`), or undefined for any other thrown value. */
export function errnoOf(thrown: unknown): string | undefined {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return undefined;
  return typeof thrown.code === "string" ? thrown.code : undefined;
}
