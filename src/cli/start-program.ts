// A program in the place of ispyd, as far as Node can: with its standard streams, the signals it gets, and its exit code. Last step of `run`.

import type { ChildProcess } from "node:child_process";
import { Failure } from "../base/failure.ts";
import type { Program } from "../protocol/command.ts";

const handedOn = ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGTTIN", "SIGTTOU", "SIGCONT"] as const;
/** A terminal sends these to every process in front of it, so that the program has its own already. */
const fromTerminal: ReadonlySet<string> = new Set(["SIGINT", "SIGQUIT", "SIGWINCH", "SIGCONT", "SIGTTIN", "SIGTTOU"]);

/** Resolves with the exit code; where a signal ended the program, this process ends by the same one. Throws Failure operation-failed where it can't be started. */
export async function startProgram({ program, args, environment }: Program): Promise<number> {
  // Loaded here: a command that starts nothing does without it.
  const { spawn } = await import("node:child_process");
  const child = spawn(program, [...args], { stdio: "inherit", env: { ...process.env, ...environment } });
  const listeners = handedOn.map((name) => {
    const listener = (): void => {
      if (!(process.stdin.isTTY && fromTerminal.has(name))) child.kill(name);
    };
    process.on(name, listener);
    return { name, listener };
  });
  const { exitCode, signal } = await endOf(child, program);
  for (const { name, listener } of listeners) process.off(name, listener);
  if (signal === null) return exitCode ?? 1;
  process.kill(process.pid, signal);
  // A signal that Node itself does not die of: the way shells put it would be its number, which Node does not tell here.
  await new Promise((resolve) => setTimeout(resolve, 100));
  return 1;
}

function endOf(child: ChildProcess, program: string): Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.on("exit", (exitCode, signal) => resolve({ exitCode, signal }));
    child.on("error", (error) =>
      reject(
        new Failure({
          code: "operation-failed",
          message: `${program} could not be started: ${error.message}`,
          hint: `is ${program} on PATH?`,
        }),
      ),
    );
  });
}
