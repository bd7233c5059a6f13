// Servers of all kinds with the small shops of test/programs/recording and the agent inside: what the tests of recorded requests talk to.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { agentEnvironment, agentSocket } from "./agent-client.ts";
import type { Environment } from "./environments.ts";
import { ispyd } from "./ispyd.ts";
import { freePort } from "./ports.ts";
import { startTarget, type Target } from "./target.ts";

interface Launch {
  readonly environment: Environment;
  readonly port: number;
}

const gunicorn =
  (app: string, ...more: string[]) =>
  ({ environment, port }: Launch): string[] => [join(environment.bin, "gunicorn"), "--bind", `127.0.0.1:${port}`, ...more, app];

const uvicorn =
  (app: string, ...more: string[]) =>
  ({ environment, port }: Launch): string[] => [
    join(environment.bin, "uvicorn"),
    "--port",
    String(port),
    "--log-level",
    "error",
    ...more,
    app,
  ];

/** The arguments of Python. */
const commandOf = {
  "gunicorn sync, Flask": gunicorn("shop_flask:app"),
  "gunicorn gthread, Flask": gunicorn("shop_flask:app", "--threads", "4"),
  "gunicorn gevent, Flask": gunicorn("shop_flask:app", "--worker-class", "gevent"),
  "gunicorn sync, Django": gunicorn("shop_django_wsgi:application"),
  "gunicorn gthread, plain": gunicorn("shop_plain:app", "--threads", "4"),
  "gunicorn gevent, plain": gunicorn("shop_plain:app", "--worker-class", "gevent"),
  "gunicorn preloaded, two workers, plain": gunicorn("shop_plain:app", "--preload", "--workers", "2"),
  "Django runserver": ({ port }: Launch) => ["-m", "django", "runserver", "--noreload", String(port)],
  "wsgiref behind the middleware, plain": ({ port }: Launch) => ["shop_plain.py", String(port)],
  "uvicorn, FastAPI": uvicorn("shop_fastapi:app"),
  "uvicorn, Starlette": uvicorn("shop_starlette:app"),
  "uvicorn, plain": uvicorn("shop_asgi:app"),
  "uvicorn, Django": uvicorn("shop_django_asgi:application", "--lifespan", "off"),
  "uvicorn, two workers, plain": uvicorn("shop_asgi:app", "--workers", "2"),
  "hypercorn, FastAPI": ({ environment, port }: Launch) => [
    join(environment.bin, "hypercorn"),
    "--bind",
    `127.0.0.1:${port}`,
    "shop_fastapi:app",
  ],
} as const;

export type RecordedKind = keyof typeof commandOf;

export interface RecordedServer extends Target {
  readonly port: number;
  /** Those that hold the agent and serve. */
  workers(): number[];
  /** The status of the answer; 0 where there is none. */
  ask(path: string, headers?: Readonly<Record<string, string>>): Promise<number>;
  /** Lets every request go that waits below /held. */
  release(): void;
}

const programs = resolve("test/programs/recording");

export async function startRecordedServer(environment: Environment, kind: RecordedKind): Promise<RecordedServer> {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), "ispyd-hold-"));
  const hold = join(directory, "hold");
  writeFileSync(hold, "");
  const agent = agentEnvironment();
  const env = { ...environment.interpreter.environment, ...agent, PYTHONPATH: [agent["PYTHONPATH"], programs].join(delimiter) };
  const target = await startTarget({
    python: environment.python,
    args: commandOf[kind]({ environment, port }),
    workingDirectory: programs,
    env: { ...env, HOLD: hold, DJANGO_SETTINGS_MODULE: "shop_django" },
    ready: { port },
    readyTimeoutMs: 60_000,
  });
  const count = kind.includes("two workers") ? 2 : 1;
  const workers = (): number[] => servingBelow(target.pid, kind.startsWith("gunicorn") || kind.startsWith("hypercorn") || count > 1);
  const deadlineMs = Date.now() + 30_000;
  while (workers().length < count) {
    if (Date.now() > deadlineMs)
      throw new Error(`${kind}: ${workers().length} of ${count} workers\n${target.output().stderr.slice(-2000)}`);
    await sleep(50);
  }
  await Promise.all(workers().map((pid) => agentSocket(pid)));
  return {
    ...target,
    port,
    workers,
    ask: (path, headers) => ask(port, path, headers),
    release: () => rmSync(hold, { force: true }),
    stop: async () => {
      await target.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function servingBelow(pid: number, hasChildren: boolean): number[] {
  if (!hasChildren) return [pid];
  const path = `/proc/${pid}/task/${pid}/children`;
  const children = existsSync(path) ? readFileSync(path, "utf8").trim().split(" ").filter(Boolean).map(Number) : [];
  return children.filter((child) => !readFileSync(`/proc/${child}/cmdline`, "utf8").includes("resource_tracker"));
}

function ask(port: number, path: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  return new Promise((done) => {
    const finish = (response: IncomingMessage): void => {
      response.resume();
      response.on("end", () => done(response.statusCode ?? 0)).on("error", () => done(0));
    };
    get({ host: "127.0.0.1", port, path, headers, agent: false, timeout: 60_000 }, finish).on("error", () => done(0));
  });
}

/** The rows of `ispyd wsgi recent`, of all processes together, as the command prints them in JSON, and how many there are in truth. */
export async function recordedRows<Row>(command: string, pids: readonly number[]): Promise<{ rows: Row[]; total: number; text: string }> {
  const rows: Row[] = [];
  let total = 0;
  let text = "";
  for (const pid of pids) {
    const run = await ispyd([...command.split(" "), String(pid), "--json"]);
    if (run.exitCode !== 0) throw new Error(`${command}: ${run.stderr}`);
    const { answers } = JSON.parse(run.stdout) as { answers: { value: Row[]; cut: { what: string; of: number }[] }[] };
    const [answer] = answers;
    rows.push(...(answer?.value ?? []));
    total += answer?.cut.find(({ what }) => what === "requests")?.of ?? answer?.value.length ?? 0;
    text += run.stdout + run.stderr;
  }
  return { rows, total, text };
}

/** What `ispyd requests` finds from outside of the requests of one process. */
export async function requestsFromOutside(pid: number): Promise<{ route?: string; ageMs?: number; place: { function: string } | null }[]> {
  const run = await ispyd(["requests", String(pid), "--json"]);
  if (run.exitCode !== 0) throw new Error(`requests: ${run.stderr}`);
  const { targets } = JSON.parse(run.stdout) as {
    targets: { requests: { route?: string; ageMs?: number; place: { function: string } | null }[] }[];
  };
  return targets.flatMap(({ requests }) => requests);
}
