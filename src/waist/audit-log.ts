// The audit log as dispatch uses it: what was refused, begun and ended, for one request. Nothing is opened before the first record.
// Above look a record that can't be made durable stops the request (law 5); below, it becomes a note.

import type { Failure } from "../base/failure.ts";
import type { Refused } from "../gate/decide.ts";
import type { AuditEntry } from "../protocol/audit.ts";
import type { Level } from "../protocol/level.ts";
import { sha256 } from "./audit-chain.ts";
import { beganEntry, endedEntry, refusedEntry, type Ending, type LoggedRequest } from "./audit-entries.ts";
import { unwritable } from "./audit-unwritable.ts";
import { openChainWriter, type ChainWriter } from "./audit-writer.ts";

export type Began = { readonly written: true } | { readonly written: false; readonly why: string };

/** The log of one request. Only `began` throws, and only above look: a Failure `log-unwritable`. */
export interface RequestLog {
  refused(decision: Refused): void;
  began(rule: string): Began;
  ended(ending: Ending): void;
}

export interface AuditLog {
  forRequest(logged: LoggedRequest): RequestLog;
  /** Gives this process's chain free; also done when the process ends. A later record opens one again. */
  close(): void;
}

export function openAuditLog({ directory }: { directory: string }): AuditLog {
  const log = lazyWriter(directory);
  return { forRequest: (logged) => (logged.record.recorded ? requestLog(log, logged) : unrecorded), close: log.close };
}

const unrecorded: RequestLog = { refused: () => undefined, began: () => ({ written: true }), ended: () => undefined };

interface LazyWriter {
  /** Undefined where it was written; otherwise why not. Never throws. */
  append(build: () => AuditEntry, durable: boolean): Failure | undefined;
  close(): void;
}

function requestLog(log: LazyWriter, logged: LoggedRequest): RequestLog {
  const id = newRequestId();
  const durable = isAboveLook(logged.record.level);
  let inLog = false;
  return {
    refused: (decision) => void log.append(() => refusedEntry(id, logged, decision), false),
    began: (rule) => {
      const failure = log.append(() => beganEntry(id, logged, rule), durable);
      if (failure !== undefined && durable) throw failure;
      inLog = failure === undefined;
      return failure === undefined ? { written: true } : { written: false, why: failure.message };
    },
    ended: (ending) => {
      if (inLog) log.append(() => endedEntry(id, ending), durable);
    },
  };
}

/** Unique, not secret: made from this process and the moment, since a random one costs a one-shot command a fifth of a millisecond. */
function newRequestId(): string {
  return sha256(`${process.pid} ${Date.now()} ${process.hrtime.bigint()}`).slice(0, 16);
}

function isAboveLook(level: Level): boolean {
  return level !== "local" && level !== "look";
}

function lazyWriter(directory: string): LazyWriter {
  let writer: ChainWriter | undefined;
  const close = (): void => {
    process.removeListener("exit", close);
    writer?.close();
    writer = undefined;
  };
  const open = (): ChainWriter => {
    const opened = openChainWriter(directory);
    process.on("exit", close);
    return opened;
  };
  const append = (build: () => AuditEntry, durable: boolean): Failure | undefined => {
    try {
      if (writer?.inPlace() === false) close();
      writer ??= open();
      writer.append(build(), durable);
      return undefined;
    } catch (thrown) {
      close();
      return unwritable(directory, thrown);
    }
  };
  return { append, close };
}
