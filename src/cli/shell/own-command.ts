// What a session's own command is: its words in help, and what it may use when it runs.

import type { LineStreams, Session } from "./session.ts";

/** Runs words; resolves with their exit code. */
export type RunWords = (words: readonly string[], streams: LineStreams) => Promise<number>;

export interface OwnCall {
  readonly session: Session;
  /** After the command's name. */
  readonly words: readonly string[];
  readonly streams: LineStreams;
  /** Of a command line, not of the session. */
  readonly runCommand: RunWords;
  /** As a line would, again and again. */
  readonly runRepeated: RunWords;
}

export interface OwnCommand {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly description: string;
  /** Resolves with the exit code; throws a Failure. */
  readonly run: (call: OwnCall) => Promise<number>;
}
