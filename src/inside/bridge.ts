// The agents of another place (a pod, a container, a host) through one command that runs things there: `python3 -m ispyd bridge` over its standard streams.
// Each agent's talk is a channel of its own; the form of the lines is in docs/protocol.md.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { Duplex } from "node:stream";
import { z } from "zod";
import { monotonicMs } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";
import { answerBytesMax, createLineReader, isJsonObject, type JsonObject } from "../wire/json-lines.ts";
import { splitWords } from "./command-words.ts";

const startTimeMs = 15_000;
const endTimeMs = 2_000;
const stderrCharactersMax = 2_000;
const wrapperBytes = 1_024;

const greetingSchema = z.object({
  bridge: z.literal(1),
  agents: z.array(z.object({ pid: z.int().positive(), startTicks: z.number(), argv: z.array(z.string().max(4_096)).max(100) })).max(10_000),
});

export interface Bridge {
  readonly agents: z.output<typeof greetingSchema>["agents"];
  /** The talk with the agent of one of those pids. */
  connect(pid: number): Duplex;
  close(): void;
}

/** Throws Failure no-agent with what the command wrote, where no bridge answers in time. */
export async function openBridge(through: string, { signal, deadlineMs }: { signal: AbortSignal; deadlineMs: number }): Promise<Bridge> {
  const [program, ...args] = splitWords(through);
  if (program === undefined) throw new Failure({ code: "argument-invalid", message: "--via names no command" });
  const child = spawn(program, [...args, "python3", "-m", "ispyd", "bridge"], { stdio: ["pipe", "pipe", "pipe"] });
  const channels = new Map<number, Channel>();
  const close = (): void => end(child, channels, "the bridge was closed");
  try {
    const greeting = await greetingOf(child, channels, Math.max(1, Math.min(startTimeMs, deadlineMs - monotonicMs())), signal);
    const checked = greetingSchema.safeParse(greeting);
    if (!checked.success) throw noBridge(through, "it did not greet as a bridge");
    return { agents: checked.data.agents, connect: (pid) => openChannel(child, channels, pid), close };
  } catch (thrown) {
    close();
    throw thrown instanceof Failure ? thrown : noBridge(through, thrown instanceof Error ? thrown.message : String(thrown));
  }
}

interface Channel extends Duplex {
  /** A document or the end from the other side. */
  receive(message: JsonObject): void;
}

function greetingOf(
  child: ChildProcessWithoutNullStreams,
  channels: Map<number, Channel>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<JsonObject> {
  return new Promise((resolve, reject) => {
    const reader = createLineReader(answerBytesMax + wrapperBytes);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    limit.addEventListener("abort", () => reject(new Error("it did not answer in time")), { once: true });
    let greeted = false;
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-stderrCharactersMax)));
    child.stdout.on("data", (bytes: Buffer) => {
      const { documents, problem } = reader.push(bytes);
      for (const document of documents) {
        if (greeted) deliver(document, channels);
        else resolve(document);
        greeted = true;
      }
      if (problem === undefined) return;
      reject(new Error(problem));
      end(child, channels, problem);
    });
    child.on("error", reject);
    // The other streams of the process may still hold what it said.
    child.on("close", (exitCode, by) => {
      const last = said.trimEnd().split("\n").at(-1) ?? "";
      const why = `it ended (${exitCode ?? by ?? "?"})${last === "" ? "" : `: ${last}`}`;
      reject(new Error(why));
      end(child, channels, `the bridge ended: ${why}`);
    });
    // What is written to a process that has ended is told by its end.
    child.stdin.on("error", () => undefined);
  });
}

function deliver(message: JsonObject, channels: ReadonlyMap<number, Channel>): void {
  const { from } = message;
  if (typeof from === "number") channels.get(from)?.receive(message);
}

function openChannel(child: ChildProcessWithoutNullStreams, channels: Map<number, Channel>, pid: number): Duplex {
  const duplex = new Duplex({
    read: () => undefined,
    // One write is one line: that is how calls are written.
    write: (chunk: Buffer, _encoding, done) => {
      child.stdin.write(`{"to":${pid},"document":${chunk.toString("utf8").trimEnd()}}\n`);
      done();
    },
    destroy: (error, done) => {
      if (channels.delete(pid) && child.stdin.writable) child.stdin.write(`{"to":${pid},"close":true}\n`);
      done(error);
    },
  });
  const receive = ({ document, closed }: JsonObject): void => {
    if (isJsonObject(document)) duplex.push(`${JSON.stringify(document)}\n`);
    else if (typeof closed === "string") duplex.destroy(new Error(closed.slice(0, 500)));
  };
  channels.set(pid, Object.assign(duplex, { receive }));
  return duplex;
}

/** End of input ends a bridge; what does not heed that is ended. */
function end(child: ChildProcessWithoutNullStreams, channels: Map<number, Channel>, why: string): void {
  for (const channel of channels.values()) channel.destroy(new Error(why));
  channels.clear();
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.stdin.end();
  setTimeout(() => child.kill(), endTimeMs).unref();
}

function noBridge(through: string, why: string): Failure {
  return new Failure({
    code: "no-agent",
    message: `no bridge answers through "${through}": ${why}`,
    hint: `try it by hand: ${through} python3 -m ispyd bridge (the package ispyd must be importable there)`,
  });
}
