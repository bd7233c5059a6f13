// The one handler of every command that only agents can answer, those of plugins included: ask all workers of the target, put equal answers together.
// The path: dispatch -> here -> inside -> the agents.

import { randomUUID } from "node:crypto";
import { canonicalJson } from "../base/canonical-json.ts";
import type { Failure } from "../base/failure.ts";
import type { AgentLink, CallOptions } from "../inside/agent-link.ts";
import type { CallAnswer } from "../protocol/agent-messages.ts";
import { toAgentParams } from "../protocol/agent-params.ts";
import type { AgentRecord } from "../protocol/agent-record.ts";
import type { AgentResult, WorkerAnswer } from "../protocol/agent-result.ts";
import type { Level } from "../protocol/level.ts";
import { levelOfRequest } from "../protocol/parameters.ts";
import type { Handler } from "../protocol/request.ts";
import { sumRedactions } from "../redaction/counts.ts";
import type { AgentPeer } from "./agent-peers.ts";
import { agentCeilingRefusal } from "./ceiling.ts";
import { type AgentAnswers, askEachAgent } from "./each-agent.ts";
import { pinRefusal } from "./plugin-pin.ts";

const defaultDurationMs = 30_000;
const defaultSizeBytes = 256 * 1024;
/** The agent interrupts a command when its time is up, gives it up to 3 s to end, and then still has to say where it stood. */
const afterwordMs = 3_500;

export function remoteHandler(record: AgentRecord): Handler {
  return async (params, context) => {
    const asking = {
      record,
      params,
      level: levelOfRequest(record, params),
      ...(context.repeated === true ? { repeated: true as const } : {}),
    };
    const answer = randomUUID();
    return mergeAnswers(await askEachAgent(context, (link, peer, options) => callAgent({ ...asking, answer, link, peer, options })));
  };
}

interface Calling {
  readonly record: AgentRecord;
  readonly params: Readonly<Record<string, unknown>>;
  readonly level: Level;
  readonly link: AgentLink;
  readonly peer: AgentPeer;
  readonly options: CallOptions;
  readonly answer: string;
  readonly repeated?: true;
}

async function callAgent({ record, params, level, link, peer, options, ...rest }: Calling): Promise<CallAnswer | Failure> {
  const { plugin, sha256 } = record.agent;
  const entry = record.agent.entry();
  const refusal =
    agentCeilingRefusal(peer.pid, link.hello.ceiling, level) ??
    (sha256 === undefined ? undefined : await pinRefusal({ link, pid: peer.pid, plugin: plugin.name, sha256 }, options));
  if (refusal !== undefined) return refusal;
  const affordedMs = Math.max(1, options.timeoutMs / 2, options.timeoutMs - afterwordMs);
  const durationMs = Math.min(entry.limits.durationMs ?? defaultDurationMs, affordedMs);
  const sizeBytes = entry.limits.sizeBytes ?? defaultSizeBytes;
  const call = { command: entry.name, params: toAgentParams(entry, params), level, durationMs: Math.floor(durationMs), sizeBytes, ...rest };
  return await link.call(call, { ...options, timeoutMs: Math.min(options.timeoutMs, durationMs + afterwordMs) });
}

/** Equal answers once, the most frequent first; among equally frequent ones in the order of the workers. */
export function mergeAnswers({ answers, silent }: Omit<AgentAnswers<CallAnswer>, "service">): AgentResult {
  const groups = new Map<string, WorkerAnswer>();
  for (const { peer, answer } of answers) {
    const { value, cut, durationMs } = answer;
    const key = canonicalJson({ value: value ?? null, cut });
    const known = groups.get(key) ?? { workers: [], value: value ?? null, cut, durationMs: 0 };
    groups.set(key, {
      ...known,
      workers: [...known.workers, { pid: peer.pid, label: peer.label }],
      durationMs: Math.max(known.durationMs, durationMs),
    });
  }
  return {
    answers: [...groups.values()].toSorted((one, other) => other.workers.length - one.workers.length),
    silent: silent.map(({ peer, answer }) => ({ pid: peer.pid, label: peer.label, why: answer.message, remedy: answer.hint })),
    redactions: sumRedactions(answers.map(({ answer }) => answer.redactions)),
  };
}
