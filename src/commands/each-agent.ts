// What every command that asks agents does around its own question: link to each worker at once, ask, and keep who could not speak with the reason.

import { monotonicMs } from "../base/clock.ts";
import { Failure, failureOf } from "../base/failure.ts";
import { type AgentLink, type CallOptions, openAgentLink } from "../inside/agent-link.ts";
import type { Context } from "../protocol/request.ts";
import { type AgentPeer, openAgentPeers } from "./agent-peers.ts";

/** The control thread answers hello as soon as it gets the GIL: who takes longer is hung, or as good as that. */
const helloTimeMs = 3_000;
const mostAtOnce = 32;
/** Kept back from the request's time, so that what did answer still arrives. */
const marginMs = 500;

export interface AgentAnswer<One> {
  readonly peer: AgentPeer;
  readonly answer: One;
}

export interface AgentAnswers<One> {
  readonly answers: readonly AgentAnswer<One>[];
  readonly silent: readonly AgentAnswer<Failure>[];
  readonly service: string;
}

export type AskAgent<One> = (link: AgentLink, peer: AgentPeer, options: CallOptions) => Promise<One | Failure>;

/** Throws a Failure where nobody could answer. */
export async function askEachAgent<One>(context: Context, ask: AskAgent<One>): Promise<AgentAnswers<One>> {
  const { peers, service } = await openAgentPeers(context);
  const asked = await inTurn(peers, (peer) => askOne(context, peer, ask));
  context.signal.throwIfAborted();
  const answers = asked.flatMap(({ peer, answer }) => (answer instanceof Failure ? [] : [{ peer, answer }]));
  const failed = asked.flatMap(({ peer, answer }) => (answer instanceof Failure ? [{ peer, answer }] : []));
  const silent = failed.filter(({ peer, answer }) => answers.length === 0 || !peer.optional || answer.code !== "no-agent");
  const first = silent.find(({ answer }) => answer.family === "refused") ?? silent[0];
  if (answers.length === 0 && first !== undefined) throw first.answer;
  for (const { answer } of silent) note(context, answer);
  return { answers, silent, service };
}

function note(context: Context, { message, hint }: Failure): void {
  context.note({ message, ...(hint === "" ? {} : { remedy: hint }), partial: true });
}

/** All at once, but for what a machine with hundreds of workers would not take well. */
async function inTurn<In, Out>(items: readonly In[], run: (item: In) => Promise<Out>): Promise<Out[]> {
  const results: Out[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) results[index] = await run(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(mostAtOnce, items.length) }, worker));
  return results;
}

async function askOne<One>(context: Context, peer: AgentPeer, ask: AskAgent<One>): Promise<AgentAnswer<One | Failure>> {
  context.touched(peer.pid);
  const answer = await linked(context, peer, ask).catch(failureOf);
  if (!(answer instanceof Failure)) return { peer, answer };
  if (answer.code === "bug") throw answer;
  if (answer.family === "refused") context.refused(peer.pid);
  return { peer, answer: peer.explained(answer) };
}

async function linked<One>(context: Context, peer: AgentPeer, ask: AskAgent<One>): Promise<One | Failure> {
  const remaining = (): number => Math.max(1, answerBy(context) - monotonicMs());
  const helloMs = Math.min(helloTimeMs, remaining());
  const stream = await peer.connect(helloMs);
  if (stream instanceof Failure) return stream;
  const { signal } = context;
  const link = await openAgentLink(stream, `process ${peer.pid}`, { timeoutMs: helloMs, signal });
  if (link instanceof Failure) return link;
  try {
    const onProgress: CallOptions["onProgress"] = ({ done, total, label }) => {
      if (typeof done === "number" && typeof total === "number")
        context.progress({ done, total, label: typeof label === "string" ? label : "" });
    };
    return await ask(link, peer, { timeoutMs: remaining(), signal, onProgress });
  } finally {
    link.close();
  }
}

function answerBy({ deadlineMs }: Context): number {
  const left = deadlineMs - monotonicMs();
  return deadlineMs - Math.min(marginMs, left / 5);
}
