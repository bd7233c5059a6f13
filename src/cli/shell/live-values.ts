// Values that only the target knows, for completion: each is a column of another command's answer, asked with a short time limit.
// A new one is a line in the table; the request passes the waist, so it is decided and logged like any other.

import { isAgentRecord } from "../../protocol/agent-record.ts";
import type { AgentResult } from "../../protocol/agent-result.ts";
import type { CommandRecord } from "../../protocol/command.ts";
import { parametersOf } from "../../protocol/parameters.ts";
import { ask, type Session } from "./session.ts";

interface Source {
  readonly command: string;
  readonly column: string;
}

/** By command and positional parameter. */
const sources: ReadonlyMap<string, Source> = new Map([
  ["wsgi request id", { command: "wsgi requests", column: "id" }],
  ["asgi request id", { command: "asgi requests", column: "id" }],
  ["python modules pattern", { command: "python modules", column: "name" }],
  ["logging loggers pattern", { command: "logging loggers", column: "name" }],
]);

/** A person waits for the answer. */
const timeLimitMs = 500;
const mostValues = 200;

export interface Completing {
  readonly session: Session;
  readonly record: CommandRecord;
  /** After the command, without a target. */
  readonly words: readonly string[];
  readonly begun: string;
}

/** Empty where there is no source, where the target does not answer in time, or where it may not be asked. */
export async function liveValues({ session, record, words, begun }: Completing): Promise<string[]> {
  if (begun.startsWith("-") || words.some((word) => word.startsWith("-"))) return [];
  const parameter = parametersOf(record).filter(({ positional }) => positional)[words.length];
  const source = parameter === undefined ? undefined : sources.get(`${record.name} ${parameter.name}`);
  if (source === undefined || !session.house.catalogue.has(source.command)) return [];
  try {
    return await askColumn(session, source);
  } catch {
    return [];
  }
}

async function askColumn(session: Session, { command, column }: Source): Promise<string[]> {
  const target = session.connected?.target;
  const record = session.house.catalogue.get(command);
  if (target === undefined || record === undefined || !isAgentRecord(record)) return [];
  const { through } = session.opened.request;
  const { result } = await ask(session, {
    command,
    target,
    params: {},
    timeoutMs: timeLimitMs,
    ...(through === undefined ? {} : { through }),
  });
  const rows = (result as AgentResult).answers.flatMap(({ value }): unknown[] => (Array.isArray(value) ? value : []));
  const values = rows.flatMap((row) =>
    typeof row === "object" && row !== null ? String((row as Record<string, unknown>)[column] ?? "") : [],
  );
  return [...new Set(values)].filter((value) => /^[\w.:/-]+$/.test(value)).slice(0, mostValues);
}
