// What is asked and what comes back, as it crosses every boundary between whoever asks and the handler.

import type { z } from "zod";
import type { AuditReader } from "./audit.ts";
import type { CommandRecord } from "./command.ts";
import type { Level } from "./level.ts";

/** Who asks, as far as the way the request came in proves it: for the command line the process's own user. */
export interface Caller {
  readonly uid: number;
  readonly user: string;
  /** How the request came in. */
  readonly via: "command line";
}

export interface Request {
  readonly command: string;
  /** A pid, a service, `service/2` or `:port`, as typed; absent where the command needs none. */
  readonly target?: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly reason?: string;
  /** The time the caller allows; the gate caps it. */
  readonly timeoutMs?: number;
  /** The words of a command that runs others where the target is: "kubectl exec -i POD --". Only commands of agents go that way. */
  readonly through?: string;
  /** True of one of many that are asked again and again: an agent then counts it against its share of the processor. */
  readonly repeated?: true;
}

/** Something that the answer could not see or do, and what would change that. */
export interface Note {
  readonly message: string;
  readonly remedy?: string;
  /** True where the answer lacks something that was asked for: the exit code then says "partial". */
  readonly partial: boolean;
}

export interface Answer<Result = unknown> {
  readonly command: string;
  readonly result: Result;
  readonly notes: readonly Note[];
}

/** How far a long command has come, for a terminal. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly label: string;
}

/** What a handler may use besides its parameters. One signal and one deadline travel down with every call. */
export interface Context {
  readonly signal: AbortSignal;
  /** On the clock of `monotonicMs`. */
  readonly deadlineMs: number;
  readonly caller: Caller;
  readonly target: string | undefined;
  /** As in the request. */
  readonly through: string | undefined;
  /** As in the request. */
  readonly repeated?: true;
  /** Every command there is, those of plugins included. */
  readonly catalogue: ReadonlyMap<string, CommandRecord>;
  readonly settings: Settings;
  readonly audit: AuditReader;
  note(note: Note): void;
  /** Tells the audit log which process is being read, once per process. */
  touched(pid: number): void;
  /** Tells the audit log which process a rule of its own kept from being read, where others answered. */
  refused(pid: number): void;
  progress(progress: Progress): void;
}

/** What ispyd.toml says about plugins. */
export interface PluginSettings {
  /** Plugins ("python") and single commands ("python console") that are switched off, with the file that says so. */
  readonly disabled: ReadonlyMap<string, string>;
  /** Plugins that do not come with the agent, by name; one that is not here counts as console. */
  readonly listed: ReadonlyMap<string, ListedPlugin>;
  /** The file that an operator's own lines go into. */
  readonly place: string;
}

export interface ListedPlugin {
  readonly level: Level;
  /** Of the plugin's file, in hexadecimal. */
  readonly sha256: string;
  /** Commands whose level is another, by the word that follows the plugin's name. */
  readonly commands: Readonly<Record<string, Level>>;
}

/** The parts of ispyd.toml that commands read. */
export interface Settings {
  /** Names that the operator gives to services: matched against the application found. */
  readonly services: readonly { readonly name: string; readonly application: string }[];
  /** Where the audit log lies, unless the environment says otherwise; never taken from a project's file. */
  readonly auditDirectory?: string;
  readonly plugins?: PluginSettings;
  /** The files that were read, with the parts of each that were ignored for safety. */
  readonly sources: readonly string[];
  /** What was ignored, each with its file and the place where it may stand. */
  readonly warnings?: readonly string[];
}

export type Handler<Record extends CommandRecord = CommandRecord> = (
  params: z.output<Record["params"]>,
  context: Context,
) => Promise<z.output<Record["result"]>>;
