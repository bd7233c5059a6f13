// The servers that ispyd must not disturb, each with one of the applications of test/apps, started as they are in production.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Environment } from "./environments.ts";
import { answersOk, freePort } from "./ports.ts";
import { startRedis, type Redis } from "./redis.ts";
import { runProgram } from "./run-program.ts";
import { startTarget, type Target, type TargetOptions } from "./target.ts";

export type ServerKind = keyof typeof commandOf | "celery";

export interface ServerOptions {
  environment: Environment;
  /** Worker processes; 2 unless said. Servers of one process have no say in it. */
  workers?: number;
  /** Threads of a worker, for gthread and uWSGI; 4 unless said. */
  threads?: number;
  env?: Readonly<Record<string, string>>;
}

export interface Server extends Target {
  kind: ServerKind;
  /** 0 for Celery. */
  port: number;
  /** "http://127.0.0.1:PORT"; for Celery the broker's. */
  url: string;
  /** What can be asked for under load. */
  paths: readonly string[];
  /** The children that do the work, or the process itself where it has none. */
  workers(): number[];
}

interface Launch {
  bin: string;
  python: string;
  port: number;
  workers: number;
  threads: number;
}

interface Command {
  /** The package that it comes with; its absence is told by name. */
  package: string;
  program: string;
  args: readonly string[];
  /** Worker processes to wait for; 0 where the process itself serves. */
  children: number;
}

const gunicorn = (app: string, { bin, python, port, workers }: Launch, more: readonly string[] = []): Command => ({
  package: "gunicorn",
  program: python,
  args: [join(bin, "gunicorn"), "--bind", `127.0.0.1:${port}`, "--workers", String(workers), ...more, app],
  children: workers,
});

const uvicorn = (launch: Launch): Command => {
  const { bin, python, port, workers } = launch;
  const args = [join(bin, "uvicorn"), "fastapi_shop:app", "--port", String(port), "--log-level", "warning"];
  // With several workers uvicorn has a supervisor, which also keeps multiprocessing's resource tracker.
  return { package: "uvicorn", program: python, args: [...args, "--workers", String(workers)], children: workers > 1 ? workers : 0 };
};

const commandOf = {
  "gunicorn-sync": (launch: Launch) => gunicorn("flask_shop:app", launch),
  "gunicorn-gthread": (launch: Launch) => gunicorn("flask_shop:app", launch, ["--threads", String(launch.threads)]),
  "gunicorn-gevent": (launch: Launch) => gunicorn("flask_shop:app", launch, ["--worker-class", "gevent"]),
  "gunicorn-django": (launch: Launch) => gunicorn("django_shop.wsgi", launch),
  uvicorn,
  hypercorn: ({ bin, python, port, workers }: Launch): Command => ({
    package: "hypercorn",
    program: python,
    args: [join(bin, "hypercorn"), "fastapi_shop:app", "--bind", `127.0.0.1:${port}`, "--workers", String(workers)],
    children: workers,
  }),
  "django-runserver": ({ python, port }: Launch): Command => ({
    package: "django",
    program: python,
    args: ["manage.py", "runserver", "--noreload", `127.0.0.1:${port}`],
    children: 0,
  }),
  "flask-run": ({ bin, python, port }: Launch): Command => ({
    package: "flask",
    program: python,
    args: [join(bin, "flask"), "--app", "flask_shop", "run", "--port", String(port)],
    children: 0,
  }),
  uwsgi: ({ bin, port, workers, threads }: Launch): Command => ({
    package: "uwsgi",
    program: join(bin, "uwsgi"),
    args: ["--http-socket", `127.0.0.1:${port}`, "--module", "flask_shop:app", "--home", resolve(bin, ".."), "--master"].concat([
      "--processes",
      String(workers),
      "--threads",
      String(threads),
      "--disable-logging",
      "--die-on-term",
    ]),
    children: workers,
  }),
} as const satisfies Record<string, (launch: Launch) => Command>;

/** Under gevent overlapping requests share a thread, where asgiref runs only one event loop at a time: no async views. */
function pathsOf(kind: ServerKind): string[] {
  const plain = ["/", "/slow", "/work"];
  return kind === "gunicorn-gevent" ? plain : [...plain, "/async", "/gather"];
}

/** Throws when the package is not in the environment or the server does not answer within 30 s. `stop()` ends all of it. */
export async function startServer(kind: ServerKind, options: ServerOptions): Promise<Server> {
  const { environment, workers = 2, threads = 4 } = options;
  if (kind === "celery") return startCelery(options);
  const port = await freePort();
  const command = commandOf[kind]({ bin: environment.bin, python: environment.python, port, workers, threads });
  demandPackage(environment, command.package);
  const target = await startTarget({ ...targetOptions(options, command), ready: { port }, readyTimeoutMs: 30_000 });
  const url = `http://127.0.0.1:${port}`;
  const server: Server = { ...target, kind, port, url, paths: pathsOf(kind), workers: () => workersOf(target.pid, command.children) };
  await untilReady(server, async () => (await answersOk(`${url}/`)) && server.workers().length >= Math.max(1, command.children));
  return server;
}

async function startCelery(options: ServerOptions): Promise<Server> {
  const { environment, workers = 2 } = options;
  demandPackage(environment, "celery");
  const redis = await startRedis();
  const queue = `shop-${process.pid}-${Date.now()}`;
  const args = ["--app", "celery_shop", "worker", "--concurrency", String(workers), "--loglevel", "INFO", "--queues", queue];
  const program = { program: environment.python, args: [join(environment.bin, "celery"), ...args] };
  const env = { ...options.env, SHOP_BROKER: redis.url, SHOP_QUEUE: queue };
  const target = await startTarget({ ...targetOptions({ ...options, env }, program), ready: "started" });
  const stop = async (): Promise<void> => {
    await target.stop();
    await redis.stop();
  };
  celeryQueues.set(target.pid, { redis, queue, environment });
  const fields = { kind: "celery", port: 0, url: redis.url, paths: [] } as const;
  const server: Server = { ...target, ...fields, workers: () => workersOf(target.pid, workers), stop };
  await untilReady(server, async () => / ready\.$/m.test(target.output().stderr) && server.workers().length >= workers);
  return server;
}

const celeryQueues = new Map<number, { redis: Redis; queue: string; environment: Environment }>();

export interface TaskLoad {
  sent: number;
  ok: number;
  /** Exceptions by the name of their class. */
  failed: Record<string, number>;
}

/** Sends tasks to a Celery server at that rate and waits for all of their results. */
export async function startTaskLoad(
  server: Server,
  { ratePerSecond, durationMs }: { ratePerSecond: number; durationMs: number },
): Promise<TaskLoad> {
  const queue = celeryQueues.get(server.pid);
  if (queue === undefined) throw new Error(`process ${server.pid} is no Celery server of the rig`);
  const env = { ...applicationEnv, SHOP_BROKER: queue.redis.url, SHOP_QUEUE: queue.queue };
  const args = ["celery_shop.py", String(ratePerSecond), String(durationMs / 1000)];
  const run = await runProgram(queue.environment.python, args, { directory: applicationDirectory(), env, timeoutMs: durationMs + 90_000 });
  if (run.problem !== "") throw new Error(run.problem);
  return JSON.parse(run.stdout) as TaskLoad;
}

/** The repository holds no bytecode of the applications. */
const applicationEnv = { PYTHONDONTWRITEBYTECODE: "1" };

function targetOptions({ environment, env }: ServerOptions, command: { program: string; args: readonly string[] }): TargetOptions {
  const directory = applicationDirectory();
  return {
    python: command.program,
    args: command.args,
    workingDirectory: directory,
    env: { ...environment.interpreter.environment, ...applicationEnv, PYTHONPATH: directory, ...env },
  };
}

/** test/apps beside this file, or of the working directory where this file is in a bundle. */
function applicationDirectory(): string {
  const places = [resolve(import.meta.dirname, "../apps"), resolve("test/apps")];
  const found = places.find((place) => existsSync(join(place, "flask_shop.py")));
  if (found === undefined) throw new Error(`no applications in ${places.join(" or ")}`);
  return found;
}

function demandPackage({ packages, missing, interpreter }: Environment, name: string): void {
  if (packages[name] !== undefined) return;
  const reason = missing.find((one) => one.name === name)?.reason ?? "it is not among the environment's requirements";
  throw new Error(`${name} is not there for Python ${interpreter.full}: ${reason}`);
}

async function untilReady(server: Server, ready: () => Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + 30_000;
  let end: number | string | undefined;
  void server.ended.then((how) => (end = how));
  while (!(await ready())) {
    if (end === undefined && Date.now() < deadlineMs) await sleep(50);
    else {
      const { stdout, stderr } = server.output();
      await server.stop();
      throw new Error(
        `${server.kind} ${end === undefined ? "was not ready within 30 s" : `ended (${end})`}\n${(stdout + stderr).slice(-3000)}`,
      );
    }
  }
}

/** Children by /proc/PID/task/TID/children; a helper of multiprocessing is not one of those that work. */
function workersOf(pid: number, count: number): number[] {
  if (count === 0) return [pid];
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((tid) =>
      readFileSync(`/proc/${pid}/task/${tid}/children`, "utf8").trim().split(" "),
    );
    const isHelper = (child: string): boolean => readFileSync(`/proc/${child}/cmdline`, "utf8").includes("resource_tracker");
    return children.filter((child) => child !== "" && !isHelper(child)).map(Number);
  } catch {
    return [];
  }
}
