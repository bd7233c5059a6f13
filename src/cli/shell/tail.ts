// `| COMMAND`, `> FILE` and `>> FILE` behind a line: run by this user's own shell, which gets the answer on its standard input.
// Nothing of it reaches the target or the waist; the line's answer is written here in place of standard output.

import type { ChildProcess } from "node:child_process";
import { Failure } from "../../base/failure.ts";
import type { Environment, OutputStream } from "../page.ts";

export interface Tail {
  readonly stream: OutputStream;
  /** Closes its standard input; resolves with its exit code when it has ended. */
  end(): Promise<number>;
}

/** Throws Failure argument-invalid where nothing stands behind the sign. */
export async function openTail(tail: string, environment: Environment): Promise<Tail> {
  const command = commandOf(tail);
  // Loaded here: a session without a tail does without it.
  const { spawn } = await import("node:child_process");
  const child = spawn(callersShell(environment), ["-c", command], { stdio: ["pipe", "inherit", "inherit"] });
  // A pager that was left early has no use for the rest.
  child.stdin.on("error", () => undefined);
  const ended = exitCodeOf(child);
  // Awaited in `end`; until then nobody may hear of it.
  ended.catch(() => undefined);
  return {
    stream: child.stdin,
    end: async () => {
      child.stdin.end();
      return await ended;
    },
  };
}

function commandOf(tail: string): string {
  const [sign = ""] = /^(?:>>|>|\|)/.exec(tail) ?? [];
  if (tail.slice(sign.length).trim() === "")
    throw new Failure({
      code: "argument-invalid",
      message: `nothing stands behind ${sign}`,
      hint: "COMMAND | less, COMMAND > FILE, or COMMAND >> FILE; in quotes the signs are plain characters",
    });
  return sign === "|" ? tail.slice(1) : `cat ${tail}`;
}

/** That of a service's user may be one that runs nothing. */
function callersShell({ SHELL: shell = "" }: Environment): string {
  return shell.startsWith("/") && !/\/(?:nologin|false)$/.test(shell) ? shell : "/bin/sh";
}

const signalExitCode = 128;

function exitCodeOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on("exit", (exitCode) => resolve(exitCode ?? signalExitCode));
    child.on("error", (error) =>
      reject(new Failure({ code: "operation-failed", message: `your shell could not be started: ${error.message}` })),
    );
  });
}
