// Where the agent of a process listens, found from outside: a listening socket of the agent's own name that the process itself holds.
// Nothing is asked of the process for this. Before the link is made.

import { closeSync, fstatSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { errnoOf, Failure } from "../base/failure.ts";
import { readAgeMs } from "../outside/proc/age.ts";
import { readSocketInodes } from "../outside/proc/fd.ts";
import { readListeningUnixSockets } from "../outside/proc/net.ts";
import { readStatus } from "../outside/proc/status.ts";
import { holdRootSocket } from "../outside/root-file.ts";
import { belongsTo, noAgent } from "./agent-absence.ts";

// agent/ispyd/socket_directory.py: a directory of mkdtemp, named by pid and start time as the agent sees them.
const namePattern = /\/ispyd-agent-(\d+)-\d+-[^/]+\/[^/]+$/;
const mostDescriptors = 100_000;
// 0.2 s by agent/ispyd/starting.py, after Python's own start.
const listensWithinMs = 2_000;
const betweenLooksMs = 50;

/** A connection to the agent of a process, or the Failure that says why there is none. */
export async function connectAgent(pid: number, timeoutMs: number, signal: AbortSignal): Promise<Socket | Failure> {
  const paths = await awaitAgentSockets(pid, signal);
  if (paths instanceof Failure) return paths;
  let failure = noAgent(pid);
  for (const path of paths) {
    const connected = await connectTo({ pid, path, timeoutMs, signal });
    if (!(connected instanceof Failure)) return connected;
    failure = connected;
  }
  return failure;
}

// An agent listens a moment after the start of its process: a worker that was just born is given that moment.
async function awaitAgentSockets(pid: number, signal: AbortSignal): Promise<readonly string[] | Failure> {
  for (;;) {
    const paths = findAgentSockets(pid);
    if (paths instanceof Failure || paths.length > 0 || signal.aborted) return paths;
    if ((readAgeMs(pid) ?? listensWithinMs) >= listensWithinMs) return paths;
    await sleep(betweenLooksMs);
  }
}

/** The paths, as the process sees them, of sockets that its agent may listen on; hardly ever more than one. */
export function findAgentSockets(pid: number): readonly string[] | Failure {
  const status = readStatus(pid);
  if (typeof status !== "object") return gone(pid);
  const own = status.namespaceTgids.at(-1) ?? pid;
  const named = [...readListeningUnixSockets(pid)].filter(([, { local }]) => Number(namePattern.exec(local)?.[1]) === own);
  if (named.length === 0) return [];
  const held = readSocketInodes(pid, mostDescriptors);
  if (held === "EACCES") return hidden(pid);
  if (held === undefined) return gone(pid);
  return named.flatMap(([inode, { local }]) => (held.has(inode) ? [local] : []));
}

interface Connecting {
  readonly pid: number;
  readonly path: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

async function connectTo({ pid, path, timeoutMs, signal }: Connecting): Promise<Socket | Failure> {
  const handle = holdRootSocket({ pid, path });
  if (typeof handle !== "number") return unreachable(pid, handle.why);
  try {
    if (!belongsTo(pid, fstatSync(handle).uid)) return unreachable(pid, `${path} belongs to another user`);
    return await connection(`/proc/self/fd/${handle}`, timeoutMs, signal);
  } catch (thrown) {
    return refusedBy(pid, thrown);
  } finally {
    closeSync(handle);
  }
}

function connection(path: string, timeoutMs: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    const limit = AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, timeoutMs))]);
    const stop = (): void => void socket.destroy(new Error("no connection within the time"));
    limit.addEventListener("abort", stop, { once: true });
    socket.once("connect", () => {
      limit.removeEventListener("abort", stop);
      socket.off("error", reject);
      resolve(socket);
    });
    socket.once("error", reject);
  });
}

function gone(pid: number): Failure {
  return new Failure({ code: "target-gone", message: `process ${pid} has ended`, hint: "ispyd ps shows what is running" });
}

function hidden(pid: number): Failure {
  return new Failure({
    code: "permission-denied",
    message: `the agent's socket of process ${pid} can't be found: its descriptors are hidden from this user`,
    hint: `run ispyd as the user of process ${pid}, or as root`,
  });
}

function unreachable(pid: number, why: string): Failure {
  return new Failure({ code: "no-agent", message: `the agent of process ${pid} can't be reached: ${why}`, hint: `ispyd doctor ${pid}` });
}

/** EAGAIN: the socket's queue is full (unix(7)). ECONNREFUSED: nobody listens any more. */
function refusedBy(pid: number, thrown: unknown): Failure {
  const errno = errnoOf(thrown);
  if (errno === "EAGAIN")
    return new Failure({
      code: "agent-busy",
      message: `the agent of process ${pid} takes no further connection`,
      hint: "wait for other uses of ispyd to end, or try again",
    });
  return unreachable(pid, thrown instanceof Error ? thrown.message : String(errno));
}
