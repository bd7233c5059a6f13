// JSON-RPC 2.0 over a stream of lines: calls with a time limit, cancelling, progress. Between the link to an agent and its socket or bridge.
// How a call can end is a value; nothing here throws for what the peer does.

import type { Duplex } from "node:stream";
import { createLineReader, isJsonObject, type JsonObject, requestBytesMax } from "./json-lines.ts";

/** The error of a JSON-RPC answer (specification section 5.1), its `data` unchecked. */
export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data: JsonObject;
}

export type RpcReply =
  | { readonly kind: "result"; readonly result: unknown }
  | { readonly kind: "error"; readonly error: RpcError }
  /** The time of this call was up, or its signal aborted: the peer was told to cancel, and a late answer is dropped. */
  | { readonly kind: "late" }
  | { readonly kind: "aborted" }
  /** The stream ended or the peer broke the protocol; no further call is answered. */
  | { readonly kind: "closed"; readonly why: string };

export interface CallOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (params: JsonObject) => void;
}

export interface RpcClient {
  call(method: string, params: JsonObject, options: CallOptions): Promise<RpcReply>;
  /** Ends the stream; calls in flight end as "closed". */
  close(): void;
}

interface Waiting {
  readonly settle: (reply: RpcReply) => void;
  readonly onProgress: CallOptions["onProgress"];
}

export function openRpcClient(stream: Duplex): RpcClient {
  const reader = createLineReader();
  const waiting = new Map<number, Waiting>();
  let closed: string | undefined;
  let lastId = 0;
  const end = (why: string): void => {
    closed ??= why;
    for (const { settle } of waiting.values()) settle({ kind: "closed", why: closed });
    stream.destroy();
  };
  stream.on("data", (bytes: Buffer) => {
    if (closed !== undefined) return;
    const { documents, problem } = reader.push(bytes);
    for (const document of documents) receive(document, waiting);
    if (problem !== undefined) end(problem);
  });
  stream.on("error", (error: Error) => end(`the connection broke (${error.message})`));
  stream.on("end", () => end("it closed the connection"));
  stream.on("close", () => end("it closed the connection"));
  return {
    close: () => end("the connection was closed"),
    call: (method, params, options) => {
      if (closed !== undefined) return Promise.resolve({ kind: "closed", why: closed });
      const id = (lastId += 1);
      const line = `${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`;
      if (Buffer.byteLength(line) > requestBytesMax) return Promise.resolve(tooLarge());
      if (options.signal?.aborted === true) return Promise.resolve({ kind: "aborted" });
      // Waited for first: a stream within this process may answer before write returns.
      const reply = replyTo({ id, options, waiting, cancel: () => cancel(stream, id) });
      stream.write(line);
      return reply;
    },
  };
}

function tooLarge(): RpcReply {
  const message = `the request has more than ${requestBytesMax} bytes`;
  return { kind: "error", error: { code: -32600, message, data: { code: "argument-invalid", target: "untouched" } } };
}

function cancel(stream: Duplex, id: number): void {
  if (stream.writable) stream.write(`${JSON.stringify({ jsonrpc: "2.0", method: "cancel", params: { id } })}\n`);
}

interface Call {
  readonly id: number;
  readonly options: CallOptions;
  readonly waiting: Map<number, Waiting>;
  readonly cancel: () => void;
}

function replyTo({ id, options: { timeoutMs, signal, onProgress }, waiting, cancel: tellPeer }: Call): Promise<RpcReply> {
  return new Promise((resolve) => {
    const settle = (reply: RpcReply): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      waiting.delete(id);
      resolve(reply);
    };
    const giveUp = (kind: "late" | "aborted"): void => {
      tellPeer();
      settle({ kind });
    };
    const abort = (): void => giveUp("aborted");
    const timer = setTimeout(() => giveUp("late"), Math.max(0, timeoutMs));
    waiting.set(id, { settle, onProgress });
    signal?.addEventListener("abort", abort, { once: true });
  });
}

/** Answers to nobody and unknown notifications are dropped: a peer of a later version may send them. */
function receive(document: JsonObject, waiting: ReadonlyMap<number, Waiting>): void {
  const { id, method, params } = document;
  if (method === "progress" && isJsonObject(params)) {
    if (typeof params["id"] === "number") waiting.get(params["id"])?.onProgress?.(params);
    return;
  }
  if (typeof id !== "number") return;
  const call = waiting.get(id);
  if (call === undefined) return;
  const { error } = document;
  if (isJsonObject(error)) call.settle({ kind: "error", error: errorOf(error) });
  else if ("result" in document) call.settle({ kind: "result", result: document["result"] });
}

function errorOf({ code, message, data }: JsonObject): RpcError {
  return {
    code: typeof code === "number" ? code : 0,
    message: typeof message === "string" ? message : "an error without a message",
    data: isJsonObject(data) ? data : {},
  };
}
