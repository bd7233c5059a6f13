// What a session knows between two lines: where it is, what `servers` numbered, what it was started with. Every line reads it, own commands change it.

import { EventEmitter } from "node:events";
import { isAgentRecord } from "../../protocol/agent-record.ts";
import type { Answer, Request } from "../../protocol/request.ts";
import { dispatch, type House } from "../../waist/dispatch.ts";
import { watchInterruption } from "../interruption.ts";
import type { Environment, OutputStream } from "../page.ts";
import type { Standing } from "../parse.ts";
import type { OpenedSession } from "../run.ts";

export interface Connected {
  /** As lines name it: found anew at every line, so that a recycled worker is no reason to connect again. */
  readonly target: string;
  /** Empty behind --via. */
  readonly service: string;
}

export interface Session {
  readonly opened: OpenedSession;
  house: House;
  connected: Connected | undefined;
  plugin: string | undefined;
  /** The targets that `servers` numbered, from 1. */
  servers: readonly string[];
  prompting: boolean;
  /** True once a line asked to leave. */
  left: boolean;
  /** The line of a script; 0 where people type. */
  lineNumber: number;
  /** Processes that answered, by the target they answered for. */
  readonly seen: Map<string, Set<number>>;
  /** Ctrl-C and SIGTERM, for the command that runs. */
  readonly signals: EventEmitter;
}

/** Where one line writes to. */
export interface LineStreams {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

export function newSession(opened: OpenedSession): Session {
  const { target, service } = opened.result as Connected;
  return {
    opened,
    house: opened.house,
    connected: target === "" ? undefined : { target, service },
    plugin: undefined,
    servers: [],
    prompting: false,
    left: false,
    lineNumber: 0,
    seen: new Map(),
    signals: new EventEmitter().setMaxListeners(0),
  };
}

export function environmentOf({ opened }: Session): Environment {
  return opened.run.environment ?? process.env;
}

/** What the session gives to each of its lines. */
export function standingOf({ opened: { request, output }, connected }: Session): Standing {
  const { reason, through, timeoutMs } = request;
  const { file: _file, ...choice } = output;
  return {
    ...(connected === undefined ? {} : { target: connected.target }),
    ...(reason === undefined ? {} : { reason }),
    ...(through === undefined ? {} : { through }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    output: choice,
  };
}

/** A request of the session itself; it passes the waist like any other. */
export async function ask(session: Session, request: Request): Promise<Answer> {
  const interruption = watchInterruption(session.signals);
  try {
    const { reason, timeoutMs } = session.opened.request;
    const standing = { ...(reason === undefined ? {} : { reason }), ...(timeoutMs === undefined ? {} : { timeoutMs }) };
    return await dispatch(session.house, {
      request: { ...standing, ...request },
      caller: session.opened.run.caller,
      signal: interruption.signal,
    });
  } finally {
    interruption.end();
  }
}

/** The settings and remembered plugins as they are now; the log stays the one that the session began with. */
export function reopenHouse(session: Session): void {
  const { auditLog, auditReader } = session.house;
  session.house = { ...session.opened.run.openHouse(), auditLog, auditReader };
}

export function pluginNames({ house }: Session): string[] {
  return [...new Set([...house.catalogue.values()].filter(isAgentRecord).map(({ agent }) => agent.plugin.name))].toSorted();
}

/** What was typed with what the session adds: inside a plugin its commands are called by their own names, and `ispyd` before a command is none. */
export function fullWords({ plugin, house }: Session, words: readonly string[]): readonly string[] {
  const typed = words[0] === "ispyd" && words.length > 1 ? words.slice(1) : words;
  return plugin !== undefined && house.catalogue.has(`${plugin} ${typed[0] ?? ""}`) ? [plugin, ...typed] : typed;
}
