// A link to one agent: hello first, then calls, over a socket or a bridge. How a call fails is a Failure as a value, for the answer to name.

import type { Duplex } from "node:stream";
import type { z } from "zod";
import { Failure } from "../base/failure.ts";
import { formatDurationMs } from "../base/units.ts";
import { type AgentCatalogue, agentCatalogueSchema } from "../protocol/agent-entry.ts";
import { type AgentHello, type CallAnswer, callAnswerSchema, helloSchema, protocolVersion } from "../protocol/agent-messages.ts";
import type { Level } from "../protocol/level.ts";
import { version } from "../protocol/version.ts";
import { openRpcClient, type RpcClient, type RpcReply } from "../wire/rpc-client.ts";
import { errorFailure } from "./agent-errors.ts";

export interface AgentCall {
  readonly command: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly level: Level;
  readonly durationMs: number;
  readonly sizeBytes: number;
  /** A random word for the whole answer, the same for all workers: equal secrets then have equal fingerprints in it (docs/protocol.md). */
  readonly answer: string;
  /** Of a call that comes again and again. */
  readonly repeated?: true;
}

export interface CallOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (params: Readonly<Record<string, unknown>>) => void;
}

export interface AgentLink {
  readonly hello: AgentHello;
  /** `timeoutMs` of the options is how long the answer is waited for; the agent itself is given the call's `durationMs`. */
  call(call: AgentCall, options: CallOptions): Promise<CallAnswer | Failure>;
  catalogue(options: CallOptions): Promise<AgentCatalogue | Failure>;
  close(): void;
}

/** Says hello. `who` names the process in failures: "process 4711". The stream is the link's from here on. */
export async function openAgentLink(stream: Duplex, who: string, options: CallOptions): Promise<AgentLink | Failure> {
  const client = openRpcClient(stream);
  const said = await ask({ client, who, options }, "hello", { protocol: [protocolVersion], client: `ispyd/${version}` }, helloSchema());
  if (said instanceof Failure) {
    client.close();
    return said;
  }
  return {
    hello: said,
    call: (call, callOptions) => ask({ client, who, options: callOptions }, "call", { ...call }, callAnswerSchema()),
    catalogue: (callOptions) => ask({ client, who, options: callOptions }, "catalogue", {}, agentCatalogueSchema()),
    close: () => client.close(),
  };
}

interface Asking {
  readonly client: RpcClient;
  readonly who: string;
  readonly options: CallOptions;
}

async function ask<Schema extends z.ZodType>(
  { client, who, options }: Asking,
  method: string,
  params: Readonly<Record<string, unknown>>,
  schema: Schema,
): Promise<z.output<Schema> | Failure> {
  const reply = await client.call(method, params, options);
  if (reply.kind === "late") return late(who, method, options.timeoutMs);
  if (reply.kind !== "result") return failureOfReply(reply, who);
  const checked = schema.safeParse(reply.result);
  if (checked.success) return checked.data;
  const where = checked.error.issues[0]?.path.map(String).join(".") ?? "";
  return misunderstood(
    who,
    `its answer to ${method} has not the form of protocol ${protocolVersion}${where === "" ? "" : ` (at ${where})`}`,
  );
}

function failureOfReply(reply: Exclude<RpcReply, { kind: "result" | "late" }>, who: string): Failure {
  if (reply.kind === "error") return errorFailure(reply.error, who);
  if (reply.kind === "aborted") return new Failure({ code: "interrupted", message: `the call to ${who} was interrupted` });
  return misunderstood(who, reply.why);
}

/** An agent that answered hello has the GIL now and then: what is late then is the command. */
function late(who: string, method: string, timeoutMs: number): Failure {
  const time = formatDurationMs(timeoutMs);
  if (method === "hello") return new Failure({ code: "agent-silent", message: `the agent of ${who} did not answer within ${time}` });
  return new Failure({
    code: "timed-out",
    message: `the agent of ${who} was not done within ${time}`,
    hint: "allow more with --timeout 60s, or ask for less",
    target: "unknown",
  });
}

function misunderstood(who: string, why: string): Failure {
  return new Failure({
    code: "agent-protocol",
    message: `the agent of ${who} can't be understood: ${why}`,
    hint: "use the ispyd that the agent came with",
  });
}
