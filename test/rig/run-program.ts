// Runs a program of the rig to its end, bounded in time and output, and gives back what it said: never throws for an exit code.

import { spawn } from "node:child_process";
import { killGroup, startWatchdog } from "./process-group.ts";

export interface ProgramRun {
  /** Null when it was killed or could not be started. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
  /** What went wrong in one line; empty when the exit code is 0. */
  problem: string;
}

export interface ProgramOptions {
  env?: Readonly<Record<string, string>>;
  directory?: string;
  timeoutMs?: number;
}

const outputBytesMax = 4 * 1024 * 1024;

/** The environment is this process's own plus `env`. Output past 4 MiB is dropped from the front. */
export function runProgram(program: string, args: readonly string[], options: ProgramOptions = {}): Promise<ProgramRun> {
  return new Promise((resolve) => {
    const timeoutMs = options.timeoutMs ?? 120_000;
    const child = spawn(program, args, {
      cwd: options.directory,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const watchdog = child.pid === undefined ? undefined : startWatchdog(child.pid);
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout = (output.stdout + text).slice(-outputBytesMax)));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr = (output.stderr + text).slice(-outputBytesMax)));
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      if (child.pid !== undefined) killGroup(child.pid);
    }, timeoutMs);
    const finish = (exitCode: number | null, problem: string): void => {
      clearTimeout(timer);
      watchdog?.kill("SIGKILL");
      resolve({ exitCode, ...output, problem });
    };
    child.on("error", (error) => finish(null, `${program} could not be started: ${error.message}`));
    child.on("close", (exitCode, signal) => {
      if (exitCode === 0) return finish(0, "");
      const how = timedOut ? `was stopped after ${timeoutMs / 1000} s` : `ended with ${exitCode ?? signal ?? "no status"}`;
      finish(exitCode, `${program} ${args[0] ?? ""} ${how}: ${lastLine(output.stderr) || lastLine(output.stdout)}`);
    });
  });
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1)?.slice(0, 500) ?? "";
}
