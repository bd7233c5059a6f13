// What being looked at costs a server: requests answered per second at an open-loop load of 60 % of saturation, with and without `threads` in a loop.

import { spawn, type ChildProcess } from "node:child_process";
import { environmentFor } from "../test/rig/environments.ts";
import type { Interpreter } from "../test/rig/interpreters.ts";
import { startLoad } from "../test/rig/load.ts";
import { type Server, startServer } from "../test/rig/servers.ts";
import { meanInterval } from "./measure.ts";

const pairs = 10;
const sliceMs = 6_000;
const saturationMs = 4_000;

/** Ten pairs, each in changing order; the ratio of answered requests and of the 95th percentile of latency. */
export async function measureTargetCost(interpreter: Interpreter): Promise<string[]> {
  const environment = await environmentFor(interpreter, "web");
  const server = await startServer("gunicorn-sync", { environment, workers: 1 });
  try {
    const saturation = await findSaturation(server);
    const ratePerSecond = Math.floor(saturation * 0.6);
    const throughput: number[] = [];
    const latency: number[] = [];
    for (let pair = 0; pair < pairs; pair += 1) {
      const order = pair % 2 === 0 ? [false, true] : [true, false];
      const slices = new Map<boolean, { perSecond: number; p95: number }>();
      for (const looked of order) slices.set(looked, await slice(server, ratePerSecond, looked));
      const [without, withLooks] = [slices.get(false), slices.get(true)];
      if (without === undefined || withLooks === undefined) continue;
      throughput.push(withLooks.perSecond / without.perSecond);
      latency.push(withLooks.p95 / without.p95);
    }
    const format = ({ mean, low, high }: { mean: number; low: number; high: number }): string =>
      `${mean.toFixed(4)} (95 %: ${low.toFixed(4)} to ${high.toFixed(4)})`;
    return [
      `One gunicorn sync worker with Flask saturates at ${saturation} requests/s here; load ${ratePerSecond} requests/s, ${pairs} pairs of ${sliceMs / 1000} s.`,
      `Answered requests per second with \`ispyd threads\` in a loop, as a ratio to without: ${format(meanInterval(throughput))}`,
      `95th percentile of latency, the same ratio (two cores are shared by the load generator, the server and ispyd): ${format(meanInterval(latency))}`,
    ];
  } finally {
    await server.stop();
  }
}

async function findSaturation(server: Server): Promise<number> {
  const { ok } = await startLoad({ urls: `${server.url}/`, ratePerSecond: 3_000, durationMs: saturationMs, timeoutMs: 60_000 });
  const startedMs = performance.now();
  const again = await startLoad({ urls: `${server.url}/`, ratePerSecond: 3_000, durationMs: saturationMs, timeoutMs: 60_000 });
  return Math.floor(Math.min(ok / (saturationMs / 1_000), again.ok / ((performance.now() - startedMs) / 1_000)));
}

async function slice(server: Server, ratePerSecond: number, looked: boolean): Promise<{ perSecond: number; p95: number }> {
  const looking = looked ? lookInALoop(server.pid) : undefined;
  const result = await startLoad({ urls: `${server.url}/`, ratePerSecond, durationMs: sliceMs });
  looking?.stop();
  return { perSecond: result.ok / (sliceMs / 1_000), p95: result.latencyMs.p95 };
}

function lookInALoop(pid: number): { stop(): void } {
  let child: ChildProcess | undefined;
  let stopped = false;
  const next = (): void => {
    if (stopped) return;
    child = spawn(process.execPath, ["dist/ispyd.mjs", "threads", String(pid), "--json"], {
      stdio: "ignore",
      env: { ...process.env, ISPYD_AUDIT_DIRECTORY: "/tmp/ispyd-bench-audit" },
    });
    child.once("exit", next);
  };
  next();
  return {
    stop: () => {
      stopped = true;
      child?.kill("SIGKILL");
    },
  };
}
