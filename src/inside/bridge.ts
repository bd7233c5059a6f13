// The agents of another place (a pod, a container, a host) through a command that runs things there: `python3 -m ispyd bridge` over its standard streams.
// One bridge process lists the agents, then one for each agent carries its talk. docs/protocol.md, "The bridge".

import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { Duplex } from "node:stream";
import { z } from "zod";
import { monotonicMs } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";
import { createLineReader, type JsonObject } from "../wire/json-lines.ts";
import { splitWords } from "./command-words.ts";

/** A cluster may take seconds to run anything. */
const startTimeMs = 15_000;
const endTimeMs = 2_000;
const stderrCharactersMax = 2_000;
const newline = 0x0a;
const firstLineBytesMax = 1024 * 1024;

export interface BridgedAgent {
  readonly pid: number;
  /** Redacted there. */
  readonly argv: readonly string[];
}

export interface BridgeOptions {
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
}

/** The agents beside the bridge. Throws Failure no-agent, with what the command wrote, where no bridge answers in time. */
export async function listBridgedAgents(through: string, options: BridgeOptions): Promise<readonly BridgedAgent[]> {
  const bridge = await openBridge(through, { bridge: "list" }, options);
  if (bridge instanceof Failure) throw bridge;
  bridge.stream.destroy();
  const agent = z.object({ pid: z.int().positive(), argv: z.array(z.string().max(100_000)).max(10_000).default([]) });
  const checked = z.object({ agents: z.array(agent).max(10_000) }).safeParse(bridge.answer);
  if (checked.success) return checked.data.agents;
  throw noBridge(through, "it did not answer as a bridge does");
}

/** The talk with the agent of one of those processes. */
export async function connectThroughBridge(through: string, pid: number, options: BridgeOptions): Promise<Duplex | Failure> {
  const bridge = await openBridge(through, { bridge: "connect", pid }, options);
  if (bridge instanceof Failure) return bridge;
  if (bridge.answer["bridge"] === "ok") return bridge.stream;
  bridge.stream.destroy();
  const { message } = bridge.answer;
  return noBridge(through, typeof message === "string" ? message.slice(0, 500) : "it did not answer as a bridge does");
}

interface OpenBridge {
  readonly answer: JsonObject;
  /** What follows the first line. */
  readonly stream: Duplex;
}

async function openBridge(through: string, question: JsonObject, { signal, deadlineMs }: BridgeOptions): Promise<OpenBridge | Failure> {
  const [program, ...args] = splitWords(through);
  if (program === undefined) return new Failure({ code: "argument-invalid", message: "--via names no command" });
  // Loaded here: a command that starts nothing does without it.
  const { spawn } = await import("node:child_process");
  const child = spawn(program, [...args, "python3", "-m", "ispyd", "bridge"], { stdio: ["pipe", "pipe", "pipe"] });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, Math.min(startTimeMs, deadlineMs - monotonicMs())))]);
  try {
    return await firstAnswer(child, question, limit);
  } catch (thrown) {
    end(child);
    return noBridge(through, thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function firstAnswer(child: ChildProcessWithoutNullStreams, question: JsonObject, limit: AbortSignal): Promise<OpenBridge> {
  return new Promise((resolve, reject) => {
    limit.addEventListener("abort", () => reject(new Error("it did not answer in time")), { once: true });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-stderrCharactersMax)));
    // What is written to a process that has ended is told by its end.
    child.stdin.on("error", () => undefined);
    child.on("error", reject);
    child.on("close", (exitCode, by) => {
      const last = said.trimEnd().split("\n").at(-1) ?? "";
      reject(new Error(`it ended (${exitCode ?? by ?? "?"})${last === "" ? "" : `: ${last}`}`));
    });
    const reader = createLineReader(firstLineBytesMax);
    const read = (bytes: Buffer): void => {
      const lineEnd = bytes.indexOf(newline);
      const { documents, problem } = reader.push(lineEnd === -1 ? bytes : bytes.subarray(0, lineEnd + 1));
      const [answer] = documents;
      if (problem !== undefined) reject(new Error(problem));
      if (answer === undefined) return;
      child.stdout.off("data", read);
      child.stdout.pause();
      const rest = bytes.subarray(lineEnd + 1);
      if (rest.length > 0) child.stdout.unshift(rest);
      resolve({ answer, stream: streamOf(child) });
    };
    child.stdout.on("data", read);
    child.stdin.write(`${JSON.stringify(question)}\n`);
  });
}

/** Both standard streams as one; its end ends the process. */
function streamOf(child: ChildProcessWithoutNullStreams): Duplex {
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  stream.on("close", () => end(child));
  // Whoever reads the stream is told by its own listeners.
  stream.on("error", () => undefined);
  return stream;
}

/** End of input ends a bridge; what does not heed that is ended. */
function end(child: ChildProcessWithoutNullStreams): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.stdin.end();
  setTimeout(() => child.kill(), endTimeMs).unref();
}

function noBridge(through: string, why: string): Failure {
  return new Failure({
    code: "no-agent",
    message: `no agent can be reached through "${through}": ${why}`,
    hint: `try it by hand: ${through} python3 -m ispyd bridge (the package ispyd must be importable there)`,
  });
}
