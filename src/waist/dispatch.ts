// The waist: every request, whoever asks, passes these lines: check, decide, log "began", run, log "ended", reply.

import { z } from "zod";
import { monotonicMs } from "../base/clock.ts";
import { Failure, failureOf } from "../base/failure.ts";
import { decide } from "../gate/decide.ts";
import type { AuditReader } from "../protocol/audit.ts";
import type { CommandRecord } from "../protocol/command.ts";
import type { Level } from "../protocol/level.ts";
import { checkedOnce, levelOfRequest } from "../protocol/parameters.ts";
import type { Answer, Caller, Context, Handler, Note, Progress, Request, Settings } from "../protocol/request.ts";
import { closestNames } from "../base/closest-names.ts";
import { type Redaction, sumRedactions } from "../redaction/counts.ts";
import { createRedactor } from "../redaction/redactor.ts";
import type { Ending } from "./audit-entries.ts";
import type { AuditLog } from "./audit-log.ts";
import { redactFailure, redactNote, redactTexts, textRedactor } from "./redact-answer.ts";

export interface House {
  readonly catalogue: ReadonlyMap<string, CommandRecord>;
  readonly handlers: ReadonlyMap<string, Handler>;
  readonly settings: Settings;
  readonly auditLog: AuditLog;
  readonly auditReader: AuditReader;
}

export interface Asked {
  readonly request: Request;
  readonly caller: Caller;
  readonly signal: AbortSignal;
  readonly progress?: (progress: Progress) => void;
  /** Told of each process that is read, as the audit log is. */
  readonly touched?: (pid: number) => void;
}

/** Answers one request, or throws the Failure that ended it. What was refused, begun and ended is in the audit log either way. */
export async function dispatch(house: House, asked: Asked): Promise<Answer> {
  const named = recordOf(house, asked.request.command);
  const params = checkParams(named, asked.request);
  // From here on the record is of the level that this request has: what is decided, logged and made durable goes by it.
  const record = atLevel(named, levelOfRequest(named, params));
  const decision = decide(asked.request, record.level, asked.caller, record.refusal);
  const log = house.auditLog.forRequest({ record, params, request: asked.request, caller: asked.caller });
  if (!decision.allowed) {
    log.refused(decision);
    throw new Failure({ code: decision.code, message: decision.message, hint: decision.hint });
  }
  const began = log.began(decision.rule);
  const notes: Note[] = record.recorded ? (house.settings.warnings ?? []).map((message) => ({ message, partial: false })) : [];
  if (!began.written && record.recorded) notes.push(unlogged(record, began.why));
  return await run({ house, asked, record, params, notes, log, durationMs: decision.budget.durationMs });
}

interface Run {
  house: House;
  asked: Asked;
  record: CommandRecord;
  params: Record<string, unknown>;
  notes: Note[];
  log: ReturnType<AuditLog["forRequest"]>;
  durationMs: number;
}

async function run(running: Run): Promise<Answer> {
  const { house, asked, record, params, notes, log, durationMs } = running;
  const handler = house.handlers.get(record.name);
  if (handler === undefined) throw new Failure({ code: "bug", message: `no handler for ${record.name}` });
  const pids = new Set<number>();
  const pidsRefused = new Set<number>();
  const startedMs = monotonicMs();
  const timeLimit = AbortSignal.timeout(durationMs);
  const redactor = createRedactor();
  // What has no target is the operator's own: the log and the help.
  const redact = record.target === "none" && record.level === "local" ? (text: string): string => text : textRedactor(redactor);
  const ended = (ending: Pick<Ending, "outcome" | "answerBytes" | "code" | "message">, atSource: readonly Redaction[] = []): void =>
    log.ended({
      ...ending,
      pids: [...pids],
      pidsRefused: [...pidsRefused],
      durationMs: monotonicMs() - startedMs,
      redactions: sumRedactions([atSource, redactor.totals()]),
    });
  try {
    const found = await handler(params, contextOf(running, { startedMs, timeLimit, pids, pidsRefused }));
    const result = redactTexts(found, redact);
    const outcome = notes.some((note) => note.partial) ? "partial" : "done";
    ended({ outcome, answerBytes: JSON.stringify(result).length }, record.redactions?.(result));
    return { command: record.name, result, notes: notes.map((note) => redactNote(note, redact)) };
  } catch (thrown) {
    const cause = timeLimit.aborted ? timedOut(record, durationMs) : asked.signal.aborted ? interrupted(record) : failureOf(thrown);
    const failure = redactFailure(cause, redact);
    const { code, message, family } = failure;
    // A rule that only the target could tell, as its owner's ceiling, refuses as much as one that was known before.
    ended({ answerBytes: 0, code, ...(family === "refused" ? { outcome: "refused", message } : { outcome: "failed" }) });
    throw failure;
  }
}

function contextOf(
  { house, asked, notes, durationMs }: Run,
  { startedMs, timeLimit, pids, pidsRefused }: { startedMs: number; timeLimit: AbortSignal; pids: Set<number>; pidsRefused: Set<number> },
): Context {
  return {
    signal: AbortSignal.any([asked.signal, timeLimit]),
    deadlineMs: startedMs + durationMs,
    caller: asked.caller,
    target: asked.request.target,
    through: asked.request.through,
    ...(asked.request.repeated === true ? { repeated: true } : {}),
    catalogue: house.catalogue,
    settings: house.settings,
    audit: house.auditReader,
    note: (note) => void notes.push(note),
    touched: (pid) => {
      pids.add(pid);
      asked.touched?.(pid);
    },
    refused: (pid) => void pidsRefused.add(pid),
    progress: (progress) => asked.progress?.(progress),
  };
}

function recordOf(house: House, command: string): CommandRecord {
  const record = house.catalogue.get(command);
  if (record !== undefined) return record;
  const near = closestNames(command, [...house.catalogue.keys()]);
  const hint = near.length > 0 ? `did you mean ${near.map((name) => `ispyd ${name}`).join(" or ")}?` : "ispyd help lists the commands";
  throw new Failure({ code: "command-unknown", message: `there is no command "${command}"`, hint });
}

// A copy makes the schemas, which most requests never need.
function atLevel(record: CommandRecord, level: Level): CommandRecord {
  return level === record.level ? record : { ...record, level };
}

function checkParams(record: CommandRecord, request: Request): Record<string, unknown> {
  if (request.through !== undefined && record.reaches !== "agents") throw outsideOnly(record);
  if (record.target === "required" && (request.target ?? "") === "") {
    throw new Failure({
      code: "argument-invalid",
      message: `ispyd ${record.name} needs a target: a pid, a service, service/2 or :port`,
      hint: "ispyd ps shows what is running",
    });
  }
  if (record.target === "none" && request.target !== undefined) {
    throw new Failure({
      code: "argument-invalid",
      message: `ispyd ${record.name} takes no target, got "${request.target}"`,
      hint: `ispyd help ${record.name}`,
    });
  }
  const parsed = z.strictObject(record.params.shape).safeParse(request.params, checkedOnce);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.path.join(".") ?? "";
  throw new Failure({
    code: "argument-invalid",
    message: `ispyd ${record.name}: ${where === "" ? "" : `--${where}: `}${issue?.message ?? "wrong arguments"}`,
    hint: `ispyd help ${record.name}`,
  });
}

function outsideOnly({ name, target }: CommandRecord): Failure {
  return new Failure({
    code: "argument-invalid",
    message: `ispyd ${name} can't go through --via: ${target === "none" ? "it has no target" : "it reads processes of this machine from outside"}`,
    hint: "--via reaches agents: ispyd plugins lists their commands",
  });
}

function unlogged(record: CommandRecord, why: string): Note {
  return {
    message: `this use of ${record.name} is not in the audit log: ${why}`,
    remedy: "above look, nothing runs until the log can be written",
    partial: false,
  };
}

function timedOut(record: CommandRecord, durationMs: number): Failure {
  return new Failure({
    code: "timed-out",
    message: `ispyd ${record.name} was not done after ${durationMs / 1000} s`,
    hint: "allow more with --timeout 60s, or name fewer processes",
  });
}

function interrupted(record: CommandRecord): Failure {
  return new Failure({ code: "interrupted", message: `ispyd ${record.name} was interrupted` });
}
