// What the tests of `why` on servers share: a server with an application that hangs, and a request that is left to itself.

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { TestContext } from "vitest";
import { type Environment, environmentFor } from "../rig/environments.ts";
import type { Interpreter } from "../rig/interpreters.ts";
import { answersOk, freePort } from "../rig/ports.ts";
import { settled } from "../rig/settled.ts";
import { startTarget, type Target } from "../rig/target.ts";
import { programText, type Why } from "./why-rig.ts";

/** The interpreter's web environment; skips the test where the package is not in it. */
export async function webEnvironment(python: Interpreter, needed: string, context: TestContext): Promise<Environment> {
  const environment = await environmentFor(python, "web");
  const reason =
    environment.packages[needed] === undefined
      ? (environment.missing.find(({ name }) => name === needed)?.reason ?? "not installed")
      : undefined;
  context.skip(reason !== undefined, `no ${needed} for Python ${python.full}: ${reason ?? ""}`);
  return environment;
}

export interface Hanging extends Target {
  url: string;
}

/** Of this run alone, since the service is asked for by this name. */
export function moduleName(program: string): string {
  return `${program}_${process.pid}`;
}

export interface HangingServer {
  /** Of test/programs/why/servers. */
  program: string;
  /** Of the command; one that begins with "bin:" is a script of the environment. */
  words: (port: number) => readonly string[];
  env?: Readonly<Record<string, string>>;
}

/** A server with one of the hanging applications, which has answered once. */
export async function startHanging(environment: Environment, { program, words, env }: HangingServer): Promise<Hanging> {
  const port = await freePort();
  const args = words(port).map((word) => (word.startsWith("bin:") ? join(environment.bin, word.slice(4)) : word));
  const files = { [`${moduleName(program)}.py`]: programText(`servers/${program}`) };
  const target = await startTarget({
    python: environment.python,
    files,
    args,
    env: { ...environment.interpreter.environment, ...env },
    ready: { port },
    readyTimeoutMs: 40_000,
  });
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 200 && !(await answersOk(`${url}/`)); attempt += 1) await sleep(50);
  return { ...target, url };
}

/** Asks a server for a page and leaves it at that; resolves when the server hangs in it. */
export async function askAndLeave({ url, pid }: Hanging, path: string): Promise<void> {
  void fetch(`${url}/${path}`).then(
    () => undefined,
    () => undefined,
  );
  await sleep(300);
  await settled(pid);
}

/** The worker that hangs, or else the one whose line is named. */
export function worst({ workers }: Why): Why["workers"][number] | undefined {
  return workers.find(({ stuck }) => stuck) ?? workers.find(({ verdict }) => verdict.culprit !== null);
}
