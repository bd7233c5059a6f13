// `requests` on servers that nobody prepared: the one request that hangs in each of them, with route, line, age, and values only when asked for.

import { request } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { type Environment, environmentFor } from "../rig/environments.ts";
import { findInterpreters, type Interpreter } from "../rig/interpreters.ts";
import { ispyd } from "../rig/ispyd.ts";
import { freePort } from "../rig/ports.ts";
import { soak } from "../rig/scale.ts";
import { type ServerKind, startServer, startTaskLoad } from "../rig/servers.ts";
import { startTarget, stopTargets } from "../rig/target.ts";

interface Found {
  id: string;
  kind: string;
  method: string;
  route?: string;
  view?: string;
  ageMs?: number;
  standsMs?: number;
  state: string;
  tid: number;
  task: { name: string } | null;
  place: { function: string; file: string; line: number } | null;
  values?: { path: string; query: string; headers: { name: string; value: string }[]; client: string; user: string; id: string };
}

const all = await findInterpreters();
const chosen = all.filter(({ version, freeThreaded }) => !freeThreaded && (soak || ["3.8", "3.11", "3.14"].includes(version)));
const hangs = { SHOP_SLOW_SECONDS: "600" };

afterEach(stopTargets);

/** Sends a request that nobody answers, and waits until the server must have it. */
async function ask(url: string, headers: Record<string, string> = {}, method = "GET"): Promise<void> {
  const sent = request(url, { headers, method, agent: false });
  sent.on("error", () => undefined);
  sent.end();
  await new Promise((resolve) => setTimeout(resolve, 700));
}

async function requestsOf(pid: number, ...options: string[]): Promise<Found[]> {
  const { stdout, stderr, exitCode } = await ispyd(["requests", String(pid), "--json", ...options]);
  expect([0, 5], stderr).toContain(exitCode);
  return (JSON.parse(stdout) as { targets: { requests: Found[] }[] }).targets.flatMap(({ requests }) => requests);
}

async function ofAll(pids: readonly number[], ...options: string[]): Promise<Found[]> {
  return (await Promise.all(pids.map((pid) => requestsOf(pid, ...options)))).flat();
}

function lacking(kind: string, { missing }: Environment): string | undefined {
  return missing
    .map(({ name, reason }) => (kind.split("-").includes(name) ? `${name}: ${reason}` : undefined))
    .find((text) => text !== undefined);
}

interface Expected {
  readonly kind: ServerKind;
  readonly path: string;
  readonly route: string;
  readonly view: string;
  /** The application's own innermost function. */
  readonly place: string;
  readonly state: RegExp;
  readonly age: boolean;
  readonly needs?: string;
}

const inServers: readonly Expected[] = [
  { kind: "gunicorn-sync", path: "/slow", route: "/slow", view: "slow", place: "wait", state: /^sleeps$/, age: true },
  { kind: "gunicorn-gthread", path: "/slow", route: "/slow", view: "slow", place: "wait", state: /^sleeps$/, age: true },
  { kind: "gunicorn-sync", path: "/async", route: "/async", view: "one", place: "fetch", state: /./, age: true },
  { kind: "gunicorn-django", path: "/slow", route: "/slow", view: "django_shop.views.slow", place: "wait", state: /^sleeps$/, age: true },
  { kind: "django-runserver", path: "/slow", route: "/slow", view: "django_shop.views.slow", place: "wait", state: /^sleeps$/, age: false },
  { kind: "flask-run", path: "/slow", route: "/slow", view: "slow", place: "wait", state: /^sleeps$/, age: false },
  {
    kind: "uvicorn",
    path: "/slow",
    route: "/slow",
    view: "fastapi_shop.slow",
    place: "wait",
    state: /^sleeps$/,
    age: false,
    needs: "fastapi",
  },
  {
    kind: "uvicorn",
    path: "/async",
    route: "/async",
    view: "fastapi_shop.one",
    place: "fetch",
    state: /^awaits sleep \(asyncio/,
    age: false,
    needs: "fastapi",
  },
  {
    kind: "hypercorn",
    path: "/async",
    route: "/async",
    view: "fastapi_shop.one",
    place: "fetch",
    state: /^awaits sleep \(asyncio/,
    age: true,
    needs: "fastapi",
  },
];

describe.each(chosen)("the hung request on Python $version", (interpreter: Interpreter) => {
  test.for(inServers)("$kind $path", { timeout: 300_000 }, async ({ kind, path, route, view, place, state, age, needs }, context) => {
    const environment = await environmentFor(interpreter, "web");
    const reason = lacking(needs === undefined ? kind : `${kind}-${needs}`, environment);
    if (reason !== undefined) context.skip(reason);
    const server = await startServer(kind, { environment, env: hangs });
    await ask(server.url + path);
    const found = await ofAll(server.workers());
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ method: "GET", route, view });
    expect(found[0]?.state).toMatch(state);
    expect(found[0]?.place?.function).toBe(place);
    expect(found[0]?.place?.file).toMatch(/shop_work\.py$/);
    const ageMs = found[0]?.ageMs;
    expect(ageMs === undefined ? "unknown" : ageMs > 400 && ageMs < 20_000 ? "right" : `${ageMs} ms`).toBe(age ? "right" : "unknown");
    await server.stop();
  });
});

const wsgiProgram = `
import sys, time
from wsgiref.simple_server import make_server
def wait(seconds):
    time.sleep(seconds)
def app(environ, start_response):
    if environ["PATH_INFO"] != "/":
        wait(600)
    start_response("200 OK", [])
    return [b"done"]
server = make_server("127.0.0.1", int(sys.argv[1]), app)
print("ready", flush=True)
server.serve_forever()
`;

const asgiProgram = `
import asyncio
async def wait(seconds):
    await asyncio.sleep(seconds)
async def app(scope, receive, send):
    if scope["type"] == "http":
        await wait(600)
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            return await send({"type": "lifespan.shutdown.complete"})
`;

describe.each(chosen)("an application without a framework on Python $version", (interpreter: Interpreter) => {
  test("wsgiref: the innermost function stands for the route", async () => {
    const port = await freePort();
    const target = await startTarget({ python: interpreter, program: wsgiProgram, args: [String(port)] });
    await ask(`http://127.0.0.1:${port}/orders/7?token=sesame`);
    const [found, ...others] = await requestsOf(target.pid);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ kind: "WSGI", method: "GET", state: "sleeps", place: { function: "wait", line: 5 } });
    expect(found?.route).toBeUndefined();
    expect(found?.standsMs ?? 0).toBeLessThan(20_000);
  });

  test.for(["uvicorn", "hypercorn"])("%s: a bare ASGI callable", { timeout: 300_000 }, async (server, context) => {
    const environment = await environmentFor(interpreter, "web");
    const reason = lacking(server, environment);
    if (reason !== undefined) context.skip(reason);
    const port = await freePort();
    const args =
      server === "uvicorn"
        ? ["-m", "uvicorn", "bare:app", "--port", String(port)]
        : ["-m", "hypercorn", "bare:app", "--workers", "0", "--bind", `127.0.0.1:${port}`];
    const target = await startTarget({ python: environment.python, files: { "bare.py": asgiProgram }, args, ready: { port } });
    await ask(`http://127.0.0.1:${port}/orders/7`);
    const [found, ...others] = await requestsOf(target.pid);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ kind: "ASGI", method: "GET", place: { function: "wait", line: 4 } });
    expect(found?.state).toMatch(/^awaits sleep/);
    await target.stop();
  });
});

// Middleware that Starlette runs around the endpoint in a task of its own, and an endpoint that hands work to a thread.
const layeredProgram = `
import asyncio, time
from fastapi import FastAPI, Request
from starlette.middleware.base import BaseHTTPMiddleware
app = FastAPI()
async def around(request, call_next):
    return await call_next(request)
app.add_middleware(BaseHTTPMiddleware, dispatch=around)
async def stock(item):
    await asyncio.sleep(600)
@app.get("/orders/{item}")
async def order(item: str):
    await stock(item)
def compute():
    time.sleep(600)
@app.post("/reports/{item}")
async def report(item: str):
    await asyncio.get_running_loop().run_in_executor(None, compute)
`;

const bearer = "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqb2UifQ.c2VjcmV0c2VjcmV0c2VjcmV0";

describe.each(chosen)("behind middleware on Python $version", (interpreter: Interpreter) => {
  test(
    "each request is told once, at the endpoint or in the thread that works for it; values only with a reason, without secrets",
    { timeout: 300_000 },
    async (context) => {
      const environment = await environmentFor(interpreter, "web");
      const reason = lacking("uvicorn-fastapi", environment);
      if (reason !== undefined) context.skip(reason);
      const port = await freePort();
      const target = await startTarget({
        python: environment.python,
        files: { "layered.py": layeredProgram },
        args: ["-m", "uvicorn", "layered:app", "--port", String(port)],
        ready: { port },
      });
      const secrets = { authorization: bearer, cookie: "sessionid=sesame1", "x-api-key": "sesame2" };
      await ask(`http://127.0.0.1:${port}/orders/4711?password=sesame3&page=2`, secrets);
      await ask(`http://127.0.0.1:${port}/reports/1`, { "x-trace": "t1" }, "POST");
      const look = await requestsOf(target.pid);
      expect(look.map(({ method, route, place }) => [method, route, place?.function]).sort()).toEqual([
        ["GET", "/orders/{item}", "stock"],
        ["POST", "/reports/{item}", "compute"],
      ]);
      expect(JSON.stringify(look)).not.toMatch(/4711|sesame|page/);
      const why = (await ispyd(["why", String(target.pid)])).stdout;
      expect(why).toMatch(
        /the tasks of 2 requests, .*(GET \/orders|POST \/reports).* and (GET \/orders|POST \/reports).*, wait in around/i,
      );
      expect(why).not.toMatch(/4711|sesame|page/);
      const unreasoned = await ispyd(["requests", String(target.pid), "--values"]);
      expect(unreasoned.exitCode).toBe(3);
      expect(unreasoned.stderr).toMatch(/level capture and needs a reason/);
      const values = await requestsOf(target.pid, "--values", "--reason", "a test");
      const order = values.find(({ route }) => route === "/orders/{item}")?.values;
      expect(order?.path).toBe("/orders/4711");
      expect(order?.query).toMatch(/^password=<hidden: .*>&page=2$/);
      expect(order?.client).toMatch(/^127\.0\.0\.1:\d+$/);
      expect(order?.headers.map(({ name }) => name)).toEqual(expect.arrayContaining(["host", "authorization", "cookie", "x-api-key"]));
      expect(JSON.stringify(values)).not.toMatch(/sesame|c2VjcmV0/);
      expect(values.find(({ method }) => method === "POST")?.values?.headers).toContainEqual({ name: "x-trace", value: "t1" });
      await target.stop();
    },
  );
});

test("values of a process whose owner set a lower ceiling are refused", async () => {
  const interpreter = chosen.at(-1);
  if (interpreter === undefined) throw new Error("no CPython is here");
  const port = await freePort();
  const target = await startTarget({ python: interpreter, program: wsgiProgram, args: [String(port)], env: { ISPYD_CEILING: "look" } });
  await ask(`http://127.0.0.1:${port}/orders/7`);
  const run = await ispyd(["requests", String(target.pid), "--values", "--reason", "a test"]);
  expect(run.exitCode).toBe(3);
  expect(run.stderr).toMatch(/ceiling/i);
  expect((await requestsOf(target.pid))[0]?.method).toBe("GET");
});

describe.each(chosen.filter(({ version }) => soak || version === "3.11"))("Celery on Python $version", (interpreter: Interpreter) => {
  test("a task being executed is told with its name and age, its id only with --values", { timeout: 300_000 }, async (context) => {
    const environment = await environmentFor(interpreter, "web");
    const reason = lacking("celery", environment);
    if (reason !== undefined) context.skip(reason);
    const server = await startServer("celery", { environment, env: hangs });
    // Its results never come.
    void startTaskLoad(server, { ratePerSecond: 4, durationMs: 1_000 }).catch(() => undefined);
    await expect.poll(async () => (await ofAll(server.workers())).length, { timeout: 20_000 }).toBe(2);
    const found = await ofAll(server.workers(), "--values", "--reason", "a test");
    for (const task of found) {
      expect(task).toMatchObject({
        kind: "Celery",
        method: "TASK",
        route: "celery_shop.deliver",
        state: "sleeps",
        place: { function: "wait" },
      });
      expect(task.ageMs).toBeLessThan(30_000);
      expect(task.values?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
      const { stdout } = await ispyd(["locals", String(task.tid), "--of", task.id, "--json", "--reason", "a test"]);
      const { requests } = JSON.parse(stdout) as { requests: { request: { route: string }; frames: { frame: { function: string } }[] }[] };
      expect(requests.map(({ request: { route } }) => route)).toEqual(["celery_shop.deliver"]);
      expect(requests[0]?.frames.map(({ frame }) => frame.function)).toEqual(["wait", "deliver"]);
    }
    await server.stop();
  });
});
