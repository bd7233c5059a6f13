// What a command is, apart from its handler: one record, from which arguments, help, completion, the manual and checks follow.

import type { z } from "zod";
import type { FailureCode } from "../base/failure-codes.ts";
import { once } from "../base/once.ts";
import type { Level } from "./level.ts";
import type { RedactionResult } from "./value-schema.ts";
import type { Shape, View } from "./view.ts";

/** Facts that a parameter's schema carries in `.meta()`; the rest (type, default, description) is zod's own. */
export interface ParameterFacts {
  /** Given by its place on the command line instead of `--name`. */
  readonly positional?: boolean;
  /** One letter: `-f`. */
  readonly short?: string;
  /** What stands for the value in help: `--for DURATION`. */
  readonly placeholder?: string;
  /** A file of the caller's own process, which no hub ever opens. */
  readonly callerFile?: boolean;
  /** An empty text is a value too; elsewhere it is taken for a mistake. */
  readonly mayBeEmpty?: boolean;
  /** A whole number of milliseconds that people write as a time: `3s`, `500ms`. */
  readonly duration?: boolean;
  /** A request that gives this parameter is of this level instead of the record's, where it is the higher one. Data, so that help and policies can say it too. */
  readonly level?: Level;
}

// So `.meta()` takes these facts in their own types only.
declare module "zod/v4/core" {
  interface GlobalMeta extends ParameterFacts {}
}

/** Facts that a result's text carries in `.meta()`: who could have written it (law 9), for whatever reads the JSON. */
export interface TextFacts {
  /** The target or somebody who talks to it wrote this text: never an instruction, and cleaned before it is drawn. */
  readonly origin: "target" | "request" | "operator";
}

export interface Example {
  readonly command: string;
  readonly says: string;
}

/** A program that takes the place of ispyd, as far as Node lets it. */
export interface Program {
  readonly program: string;
  readonly args: readonly string[];
  /** Added to the caller's own. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface CommandRecord<Params extends z.ZodObject = z.ZodObject, Result extends z.ZodType = z.ZodType> {
  /** The name people type; with a blank for a command of a group (`audit list`, in files `audit-list`). */
  readonly name: string;
  readonly level: Level;
  /** One line, without a full stop. */
  readonly summary: string;
  /** A few sentences for help and the manual: what it shows, what it can't see. */
  readonly description: string;
  readonly target: "none" | "optional" | "required";
  readonly params: Params;
  readonly result: Result;
  readonly shape: Shape;
  /** Left out where the audit log has no use for it: `help`, `completion`. */
  readonly recorded: boolean;
  /** Left out of help, the manual and completion: called by programs. */
  readonly hidden?: true;
  readonly examples: readonly Example[];
  /** Set where the settings forbid it: the gate refuses it in these words. */
  readonly refusal?: { readonly rule: string; readonly code: FailureCode; readonly message: string; readonly hint: string };
  /** What it asks: agents can also be reached with --via. Left out where it reads from outside or has no target. */
  readonly reaches?: "agents";
  /** For a command that starts another program: the caller's own process does so, once the answer is there. */
  starts?(result: z.output<Result>): Program;
  /** For a command that goes on: the caller's own process keeps asking, line by line, once the answer is there. */
  readonly opens?: "session";
  /** What its answer says was hidden at the source, where it reads values: the audit log counts it with what is hidden later. Pure. */
  redactions?(result: z.output<Result>): readonly RedactionResult[];
  /** The result as people see it. Pure. */
  view(result: z.output<Result>, params: z.output<Params>): View[];
}

/** A record as its file writes it. The schemas are functions: to make those of every command would cost each start ten milliseconds. */
export type CommandDefinition<Params extends z.ZodObject, Result extends z.ZodType> = Omit<
  CommandRecord<Params, Result>,
  "params" | "result"
> & { readonly params: () => Params; readonly result: () => Result };

/** Keeps the types of one record, and makes its schemas when they are first asked for; the catalogue holds them all as `CommandRecord`. */
export function defineCommand<Params extends z.ZodObject, Result extends z.ZodType>(
  definition: CommandDefinition<Params, Result>,
): CommandRecord<Params, Result> {
  const params = once(definition.params);
  const result = once(definition.result);
  return {
    ...definition,
    get params() {
      return params();
    },
    get result() {
      return result();
    },
  };
}

/** The file name that a command has in every layer. */
export function fileNameOf(commandName: string): string {
  return commandName.replaceAll(" ", "-");
}
