// Whose agents a request asks: the processes of its target here, or those that a bridge found where --via leads.

import type { Duplex } from "node:stream";
import { Failure } from "../base/failure.ts";
import { connectAgent } from "../inside/agent-sockets.ts";
import { type BridgedAgent, connectThroughBridge, listBridgedAgents } from "../inside/bridge.ts";
import { readStat } from "../outside/proc/stat.ts";
import { resolveTargets, stillTheSame, type Target } from "../outside/targets.ts";
import type { Context } from "../protocol/request.ts";
import { targetName } from "../protocol/frame-view.ts";

export interface AgentPeer {
  readonly pid: number;
  /** "shop/2", or the pid in words where nothing better is known. */
  readonly label: string;
  /** True where an agent may also be missing without anything being wrong: a process that only forks workers. */
  readonly optional: boolean;
  connect(timeoutMs: number): Promise<Duplex | Failure>;
  /** A failure with what is known of the process beside it. */
  explained(failure: Failure): Failure;
}

export interface AgentPeers {
  readonly peers: readonly AgentPeer[];
  /** Identifies the application among others, for what is remembered of its plugins. */
  readonly service: string;
}

/** Throws the Failure that says why there is nobody to ask. */
export async function openAgentPeers(context: Context): Promise<AgentPeers> {
  if (context.through !== undefined) return await bridgedPeers(context, context.through);
  const targets = await resolveTargets(context.target ?? "", context.settings);
  const service = targets[0]?.service ?? "";
  return { peers: targets.map((target) => localPeer(target, targets.length > 1, context.signal)), service };
}

function localPeer(target: Target, amongOthers: boolean, signal: AbortSignal): AgentPeer {
  const { pid } = target;
  return {
    pid,
    label: targetName(target),
    optional: amongOthers && target.part === "main",
    connect: async (timeoutMs) => (stillTheSame(target) ? await connectAgent(pid, timeoutMs, signal) : gone(pid)),
    explained: (failure) => {
      if (failure.code === "agent-silent") return explainSilence(target, failure);
      if (failure.code === "no-agent" && target.forksWorkers) return forksOnly(target);
      return failure.code === "agent-protocol" && !stillTheSame(target) ? gone(pid) : failure;
    },
  };
}

/** What keeps an agent from answering: the process is stopped, or something in it never lets go of the interpreter. */
function explainSilence({ pid, process }: Target, { message, target }: Failure): Failure {
  const stat = readStat(pid);
  if (typeof stat !== "object" || stat.state === "Z") return gone(pid);
  const stopped = stat.state === "T" || stat.state === "t";
  const why = stopped
    ? "the process is stopped (by SIGSTOP, a terminal or a debugger)"
    : "something in the process may hold its GIL and not release it";
  const hint = stopped ? `kill -CONT ${pid} lets it run on` : `ispyd why ${pid} looks from outside`;
  return new Failure({ code: "agent-silent", message: `${message}; ${why}`, hint: process.supported ? hint : "", target });
}

function forksOnly({ pid, service }: Target): Failure {
  return new Failure({
    code: "no-agent",
    message: `process ${pid} only forks the workers of ${service}: an agent lives in each of those, never in it`,
    hint: `name the service, ${service}, or one of its workers`,
  });
}

function gone(pid: number): Failure {
  return new Failure({ code: "target-gone", message: `process ${pid} has ended`, hint: "ispyd ps shows what is running" });
}

async function bridgedPeers({ target = "", signal, deadlineMs }: Context, through: string): Promise<AgentPeers> {
  const agents = await listBridgedAgents(through, { signal, deadlineMs });
  const chosen = agents.filter(({ pid }) => target === "all" || String(pid) === target);
  if (chosen.length === 0) throw nobodyThere(target, through, agents);
  const peers = chosen.map(({ pid }) => ({
    pid,
    label: `pid ${pid}`,
    optional: false,
    connect: () => connectThroughBridge(through, pid, { signal, deadlineMs }),
    explained: (failure: Failure) => failure,
  }));
  return { peers, service: through };
}

function nobodyThere(target: string, through: string, agents: readonly BridgedAgent[]): Failure {
  if (agents.length === 0)
    return new Failure({
      code: "no-agent",
      message: `no process with an agent was found through "${through}"`,
      hint: "start the application there with: python3 -m ispyd run -- COMMAND",
    });
  const known = agents.slice(0, 8).map(({ pid, argv }) => `${pid} (${argv.slice(0, 3).join(" ").slice(0, 60)})`);
  return new Failure({
    code: "target-not-found",
    message: `through "${through}" there is no agent in a process ${target}; --via takes a pid there, or all`,
    hint: `there is an agent in ${known.join(", ")}`,
  });
}
