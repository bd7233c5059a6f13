// What the log says about one request: who, what, where, why, the decision, the outcome. Everything in it is bounded.

import { canonicalJson } from "../base/canonical-json.ts";
import type { Refused } from "../gate/decide.ts";
import type { AuditEntry } from "../protocol/audit.ts";
import type { CommandRecord } from "../protocol/command.ts";
import type { Caller, Request } from "../protocol/request.ts";
import { createRedactor } from "../redaction/redactor.ts";
import { sha256 } from "./audit-chain.ts";
import { redactTexts, textRedactor } from "./redact-answer.ts";

const maxParamsBytes = 16_384;
const maxTextCharacters = 2_000;
const maxPids = 4_096;
const maxRules = 100;

/** A request as dispatch has checked it. */
export interface LoggedRequest {
  readonly record: CommandRecord;
  readonly params: Readonly<Record<string, unknown>>;
  readonly request: Request;
  readonly caller: Caller;
}

export interface Ending {
  readonly outcome: "done" | "partial" | "failed" | "refused";
  readonly code?: string;
  /** Why it was refused. */
  readonly message?: string;
  readonly durationMs: number;
  readonly answerBytes: number;
  readonly pids: readonly number[];
  readonly pidsRefused?: readonly number[];
  /** What was hidden in the answer, by rule. */
  readonly redactions?: readonly { readonly rule: string; readonly count: number }[];
}

export function beganEntry(id: string, logged: LoggedRequest, rule: string): AuditEntry {
  const { reason } = logged.request;
  return {
    kind: "began",
    ...whoAndWhat(id, logged),
    params: boundedParams(logged.params),
    ...(reason === undefined ? {} : { reason: typedText(reason) }),
    rule: boundedText(rule),
  };
}

export function refusedEntry(id: string, logged: LoggedRequest, decision: Refused): AuditEntry {
  return { kind: "refused", ...whoAndWhat(id, logged), rule: boundedText(decision.rule), message: boundedText(decision.message) };
}

export function endedEntry(id: string, ending: Ending): AuditEntry {
  const omitted = ending.pids.length - maxPids;
  return {
    kind: "ended",
    request: id,
    outcome: ending.outcome,
    ...(ending.code === undefined ? {} : { code: boundedText(ending.code) }),
    ...(ending.message === undefined ? {} : { message: boundedText(ending.message) }),
    durationMs: Math.round(ending.durationMs * 1_000) / 1_000,
    answerBytes: ending.answerBytes,
    pids: ending.pids.slice(0, maxPids),
    ...(omitted > 0 ? { pidsOmitted: omitted } : {}),
    ...(ending.pidsRefused === undefined || ending.pidsRefused.length === 0 ? {} : { pidsRefused: ending.pidsRefused.slice(0, maxPids) }),
    ...(ending.redactions === undefined || ending.redactions.length === 0
      ? {}
      : { redactions: ending.redactions.slice(0, maxRules).map(({ rule, count }) => ({ rule: boundedText(rule), count })) }),
  };
}

function whoAndWhat(id: string, { record, request, caller }: LoggedRequest) {
  return {
    request: id,
    user: boundedText(caller.user),
    uid: caller.uid,
    via: caller.via,
    command: record.name,
    level: record.level,
    ...(request.target === undefined ? {} : { target: typedText(request.target) }),
    ...(request.through === undefined ? {} : { through: typedText(request.through) }),
  };
}

/** Params above 16 KiB are kept as their size and hash: enough to recognise them, too little to fill a disk. */
function boundedParams(params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const text = canonicalJson(params);
  const sizeBytes = Buffer.byteLength(text);
  const kept = redactTexts(params, textRedactor(createRedactor())) as Record<string, unknown>;
  return sizeBytes <= maxParamsBytes ? kept : { omittedBytes: sizeBytes, omittedSha256: sha256(text) };
}

/** What somebody typed may hold a secret too: a reason with a customer's address in it, a thread's name. The log is kept for long. */
function typedText(text: string): string {
  return boundedText(createRedactor().redactText(text).text);
}

function boundedText(text: string): string {
  return text.length <= maxTextCharacters ? text : `${text.slice(0, maxTextCharacters)}… (cut, ${text.length} characters)`;
}
