// Open-loop HTTP load: requests leave at their appointed times whether or not earlier ones were answered, so a stalled server can't hide behind fewer requests.

import { Agent, request as httpRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export interface LoadOptions {
  /** Taken in turn; loopback addresses only. */
  urls: string | readonly string[];
  ratePerSecond: number;
  durationMs: number;
  /** A request without its whole answer by then has failed; 10 s unless said. */
  timeoutMs?: number;
}

export interface LoadResult {
  sent: number;
  ok: number;
  /** By status ("503") or error code ("ECONNRESET"). */
  failed: { cause: string; count: number }[];
  /**
   * Requests sent a second time because the server closed the kept-alive connection before the first byte of an answer (RFC 9112 section 9.3.1 allows it for GET):
   * a race of every such client, not a failure of the server.
   */
  retried: number;
  /** From the appointed time to the last byte, of the requests that were answered. */
  latencyMs: { p50: number; p95: number; p99: number; max: number };
}

const bounds = { ratePerSecond: 5000, durationMs: 15 * 60_000, outstanding: 4000 };
const loopbackHosts = ["127.0.0.1", "localhost", "[::1]"];
const tickMs = 2;

interface Run {
  agent: Agent;
  timeoutMs: number;
  outstanding: number;
  retried: number;
  latenciesMs: number[];
  causes: Map<string, number>;
}

/** Resolves when every request has its answer or has failed. Throws for a target that is not on this machine and for loads beyond the bounds. */
export async function startLoad(options: LoadOptions): Promise<LoadResult> {
  const { ratePerSecond, durationMs, timeoutMs = 10_000 } = options;
  const urls = checkedUrls(options);
  const run: Run = {
    agent: new Agent({ keepAlive: true, maxSockets: 512, scheduling: "lifo" }),
    timeoutMs,
    outstanding: 0,
    retried: 0,
    latenciesMs: [],
    causes: new Map(),
  };
  const total = Math.round((ratePerSecond * durationMs) / 1000);
  const pending = new Set<Promise<void>>();
  const beginMs = performance.now();
  for (let sent = 0; sent < total;) {
    const dueCount = Math.min(total, Math.floor(((performance.now() - beginMs) * ratePerSecond) / 1000) + 1);
    for (; sent < dueCount; sent += 1) {
      const appointedMs = beginMs + (sent * 1000) / ratePerSecond;
      const one = send(run, urls[sent % urls.length] ?? "", appointedMs).finally(() => pending.delete(one));
      pending.add(one);
    }
    await sleep(tickMs);
  }
  await Promise.all(pending);
  run.agent.destroy();
  return summary(run, total);
}

function checkedUrls({ urls, ratePerSecond, durationMs }: LoadOptions): readonly string[] {
  const list = typeof urls === "string" ? [urls] : urls;
  const foreign = list.find((url) => !loopbackHosts.includes(new URL(url).hostname));
  if (list.length === 0 || foreign !== undefined) throw new Error(`load goes to this machine only, not to ${foreign ?? "nothing"}`);
  if (!(ratePerSecond > 0 && ratePerSecond <= bounds.ratePerSecond))
    throw new Error(`${ratePerSecond} requests per second: at most ${bounds.ratePerSecond}`);
  if (!(durationMs > 0 && durationMs <= bounds.durationMs)) throw new Error(`a load of ${durationMs} ms: at most ${bounds.durationMs} ms`);
  return list;
}

async function send(run: Run, url: string, appointedMs: number): Promise<void> {
  if (run.outstanding >= bounds.outstanding) return count(run, "too many outstanding");
  run.outstanding += 1;
  const cause = await attempt(run, url, true);
  run.outstanding -= 1;
  if (cause === "200") run.latenciesMs.push(performance.now() - appointedMs);
  else count(run, cause);
}

/** The status, or the code of the error. */
function attempt(run: Run, url: string, mayRetry: boolean): Promise<string> {
  return new Promise((resolve) => {
    let answered = false;
    const request = httpRequest(url, { agent: mayRetry ? run.agent : false }, (response) => {
      answered = true;
      response.resume();
      response.on("end", () => finish(String(response.statusCode ?? 0)));
      response.on("error", (error) => finish(codeOf(error)));
    });
    const timer = setTimeout(() => request.destroy(Object.assign(new Error("timed out"), { code: "TIMEOUT" })), run.timeoutMs);
    const finish = (cause: string): void => {
      clearTimeout(timer);
      resolve(cause);
    };
    request.on("error", (error) => {
      const cause = codeOf(error);
      const closedWhileIdle = request.reusedSocket && !answered && mayRetry && (cause === "ECONNRESET" || cause === "EPIPE");
      if (!closedWhileIdle) return finish(cause);
      clearTimeout(timer);
      run.retried += 1;
      resolve(attempt(run, url, false));
    });
    request.end();
  });
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}

function count(run: Run, cause: string): void {
  run.causes.set(cause, (run.causes.get(cause) ?? 0) + 1);
}

function summary(run: Run, sent: number): LoadResult {
  const sorted = Float64Array.from(run.latenciesMs).sort();
  const at = (share: number): number => Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
  return {
    sent,
    ok: sorted.length,
    failed: Array.from(run.causes, ([cause, times]) => ({ cause, count: times })),
    retried: run.retried,
    latencyMs: { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) },
  };
}
