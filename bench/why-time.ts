// `ispyd why` of a service from the shell: gunicorn with eight workers, one of which waits for a client that does not send its whole request.

import { spawnSync } from "node:child_process";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { environmentFor } from "../test/rig/environments.ts";
import type { Interpreter } from "../test/rig/interpreters.ts";
import { startServer } from "../test/rig/servers.ts";
import { timeMs } from "./measure.ts";

const workers = 8;
const runs = 10;

/** One line of the results, per interpreter: all of it in ms, with the start of Node. */
export async function measureWhyTime(interpreter: Interpreter): Promise<string> {
  const environment = await environmentFor(interpreter, "web");
  const server = await startServer("gunicorn-sync", { environment, workers });
  const client = connect({ port: server.port, host: "127.0.0.1" }, () => client.write("GET / HTTP/1.1\r\n"));
  try {
    await sleep(2_000);
    const times = Array.from({ length: runs }, () => timeMs(() => why(`:${server.port}`))).toSorted((a, b) => a - b);
    const at = (index: number): string => (times[index] ?? Number.NaN).toFixed(0);
    return `| ${interpreter.full} | ${at(runs / 2)} | ${at(0)} | ${at(runs - 1)} |`;
  } finally {
    client.destroy();
    await server.stop();
  }
}

function why(target: string): void {
  spawnSync(process.execPath, ["dist/ispyd.mjs", "why", target], {
    stdio: "ignore",
    env: { ...process.env, ISPYD_AUDIT_DIRECTORY: "/tmp/ispyd-bench-audit" },
  });
}
