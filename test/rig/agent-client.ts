// Speaks to an agent as docs/protocol.md says, and as it forbids: what the tests of the agent stand on. Knows nothing of src.

import { existsSync, readdirSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { delimiter, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface RpcAnswer {
  id: number | string | null;
  result?: unknown;
  error?: { code: number; message: string; data: { code: string; hint: string; target: string; retryAfterMs?: number } };
  method?: string;
  params?: Record<string, unknown>;
}

export interface CallOptions {
  params?: Record<string, unknown>;
  level?: string;
  durationMs?: number;
  sizeBytes?: number;
  repeated?: boolean;
}

export interface AgentClient {
  hello(): Promise<Record<string, unknown>>;
  /** Sends a request and waits for its answer. */
  ask(method: string, params?: Record<string, unknown>): Promise<RpcAnswer>;
  call(command: string, options?: CallOptions): Promise<RpcAnswer>;
  /** Its value; throws where the answer is an error. */
  value(command: string, options?: CallOptions): Promise<unknown>;
  notify(method: string, params: Record<string, unknown>): void;
  /** Bytes as they are. */
  raw(bytes: string | Buffer): void;
  /** The next answer that belongs to no request of `ask`, such as an error with the id null, or progress. */
  next(): Promise<RpcAnswer>;
  /** Everything that came and belongs to no request. */
  unasked: RpcAnswer[];
  lastId(): number;
  socket: Socket;
  /** Settles when the agent closed the connection. */
  closed: Promise<void>;
  close(): void;
}

const agentDirectory = resolve("agent");

/** What lets every Python process below start an agent, in a process that the test starts. */
export function agentEnvironment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const path = [join(agentDirectory, "ispyd/autostart"), agentDirectory].join(delimiter);
  return { PYTHONDONTWRITEBYTECODE: "1", XDG_RUNTIME_DIR: "", ISPYD_START: "1", PYTHONPATH: path, ...more };
}

/** Directories of agents of that pid in /tmp. */
export function agentDirectories(pid: number): string[] {
  const prefix = `ispyd-agent-${pid}-`;
  return readdirSync("/tmp")
    .filter((name) => name.startsWith(prefix))
    .map((name) => join("/tmp", name));
}

/** The socket of that process, waited for. Throws where there is none within the time. */
export async function agentSocket(pid: number, timeoutMs = 10_000): Promise<string> {
  for (const deadlineMs = Date.now() + timeoutMs; Date.now() < deadlineMs; await sleep(20)) {
    const path = agentDirectories(pid)
      .map((directory) => join(directory, "socket"))
      .find((socket) => existsSync(socket));
    if (path !== undefined) return path;
  }
  throw new Error(`process ${pid} has no agent`);
}

/** A connection, hello said unless `silent`. */
export async function openAgent(pid: number, options: { silent?: boolean } = {}): Promise<AgentClient> {
  const client = await openSocket(await agentSocket(pid));
  if (options.silent !== true) await client.hello();
  return client;
}

/** The socket exists a moment before it listens. */
async function openSocket(path: string): Promise<AgentClient> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return clientOf(await connected(path));
    } catch (error) {
      if (attempt > 50) throw error;
      await sleep(20);
    }
  }
}

function connected(path: string): Promise<Socket> {
  return new Promise((done, fail) => {
    const socket = connect(path, () => done(socket));
    socket.once("error", fail);
  });
}

interface Waiting {
  settle: (answer: RpcAnswer) => void;
  fail: (error: Error) => void;
}

/** A client over any stream that is a socket. */
export function clientOf(socket: Socket): AgentClient {
  const waiting = new Map<number, Waiting>();
  const nexts: ((answer: RpcAnswer) => void)[] = [];
  const unasked: RpcAnswer[] = [];
  let last = 0;
  const receive = (answer: RpcAnswer): void => {
    const asked = typeof answer.id === "number" && answer.method === undefined ? waiting.get(answer.id) : undefined;
    if (asked !== undefined) return asked.settle(answer);
    unasked.push(answer);
    nexts.shift()?.(answer);
  };
  readLines(socket, (line) => receive(JSON.parse(line) as RpcAnswer));
  const closed = new Promise<void>((done) => socket.on("close", () => done()));
  socket.on("error", () => undefined);
  void closed.then(() => waiting.forEach(({ fail }) => fail(new Error("the agent closed the connection"))));
  const send = (document: Record<string, unknown>): void => void socket.write(`${JSON.stringify({ jsonrpc: "2.0", ...document })}\n`);
  const ask = (method: string, params: Record<string, unknown> = {}): Promise<RpcAnswer> => {
    const id = (last += 1);
    const answer = new Promise<RpcAnswer>((settle, fail) => waiting.set(id, { settle, fail })).finally(() => waiting.delete(id));
    answer.catch(() => undefined); // A test that failed before it came to its answer has said enough.
    send({ id, method, params });
    return answer;
  };
  const call = (command: string, options: CallOptions = {}): Promise<RpcAnswer> =>
    ask("call", { command, params: {}, level: "inspect", durationMs: 10_000, sizeBytes: 262_144, ...options });
  return {
    ask,
    call,
    hello: async () => resultOf(await ask("hello", { protocol: [1], client: "test" })) as Record<string, unknown>,
    value: async (command, options) => (resultOf(await call(command, options)) as { value: unknown }).value,
    notify: (method, params) => send({ method, params }),
    raw: (bytes) => void socket.write(bytes),
    next: () => new Promise((settle) => nexts.push(settle)),
    unasked,
    lastId: () => last,
    socket,
    closed,
    close: () => socket.destroy(),
  };
}

function readLines(socket: Socket, receive: (line: string) => void): void {
  let pieces: string[] = [];
  socket.setEncoding("utf8").on("data", (text: string) => {
    const lines = text.split("\n");
    if (lines.length === 1) return void pieces.push(text);
    receive(pieces.join("") + (lines[0] ?? ""));
    lines.slice(1, -1).forEach((line) => receive(line));
    pieces = [lines.at(-1) ?? ""];
  });
}

export function resultOf(answer: RpcAnswer): unknown {
  if (answer.error !== undefined) throw new Error(`${answer.error.data.code}: ${answer.error.message}`);
  return answer.result;
}
