// gunicorn with a small application, started by `ispyd run` so that its workers hold the agent; alone, or behind a wrapper that changes namespaces.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Environment } from "./environments.ts";
import { ispydPath } from "./ispyd.ts";
import { freePort } from "./ports.ts";
import { startTarget, type Target } from "./target.ts";

/** Answers at /; `/sleep` keeps a worker busy in Python. */
const application = `
import time

def app(environ, start_response):
    if environ["PATH_INFO"] == "/sleep":
        time.sleep(600)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok\\n"]
`;

export interface AgentServerOptions {
  readonly environment: Environment;
  /** The service's name, which no other process of the machine may have. */
  readonly name: string;
  readonly workers?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Source of the module that has `app`, instead of the small one above, and further files beside it. */
  readonly application?: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Words before everything: "unshare", "--mount". */
  readonly wrapper?: readonly string[];
}

export interface AgentServer extends Target {
  readonly name: string;
  readonly port: number;
  /** As this machine counts them. */
  workers(): number[];
}

export async function startAgentServer({
  environment,
  name,
  workers = 2,
  env,
  wrapper = [],
  ...its
}: AgentServerOptions): Promise<AgentServer> {
  const port = await freePort();
  const gunicorn = [join(environment.bin, "gunicorn"), "--bind", `127.0.0.1:${port}`, "--workers", String(workers), `${name}:app`];
  const [program = process.execPath, ...args] = [...wrapper, process.execPath, ispydPath, "run", "--", environment.python, ...gunicorn];
  const target = await startTarget({
    python: program,
    args,
    files: { [`${name}.py`]: its.application ?? application, ...its.files },
    env: { PYTHONDONTWRITEBYTECODE: "1", ...environment.interpreter.environment, ...env },
    ready: { port },
    readyTimeoutMs: 60_000,
  });
  const found = (): number[] => gunicornWorkers(target.pid);
  const deadlineMs = Date.now() + 30_000;
  while (found().length < workers) {
    if (Date.now() > deadlineMs) throw new Error(`${found().length} of ${workers} workers after 30 s`);
    await sleep(50);
  }
  return { ...target, name, port, workers: found };
}

/** The processes of gunicorn whose parent is one of gunicorn too, below the process that was started. */
function gunicornWorkers(root: number): number[] {
  const walk = (pid: number, parentIsGunicorn: boolean): number[] => {
    const is = commandOf(pid).includes("gunicorn") && !commandOf(pid).includes("ispyd.mjs");
    return [...(is && parentIsGunicorn ? [pid] : []), ...childrenOf(pid).flatMap((child) => walk(child, is))];
  };
  return walk(root, false).toSorted((one, other) => one - other);
}

function commandOf(pid: number): string {
  return readOr(`/proc/${pid}/cmdline`).replaceAll("\0", " ");
}

function childrenOf(pid: number): number[] {
  return readOr(`/proc/${pid}/task/${pid}/children`).trim().split(" ").filter(Boolean).map(Number);
}

function readOr(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
