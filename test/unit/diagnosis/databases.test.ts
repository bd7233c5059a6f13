// Waits for a database and for its connections: which library, port or path tells the server, who has the connections, and what is no hang.

import { expect, test } from "vitest";
import { judgeWorker } from "../../../src/diagnosis/worker-verdict.ts";
import type { Finding } from "../../../src/diagnosis/finding.ts";
import type { ThreadObservation } from "../../../src/diagnosis/observation.ts";
import { look, observed, task, thread } from "./made-up-process.ts";

const reading = { call: "poll", timeoutMs: null };
const psycopg = ["psycopg/connection.py:453 Connection.wait", "psycopg/cursor.py:93 Cursor.execute", "shop.py:7 count"];

function verdictOf(...threads: ThreadObservation[]): Finding {
  return judgeWorker(observed(threads)).verdict;
}

function onPeer(frames: readonly string[], detail: string | undefined, more: Partial<ThreadObservation> = {}): ThreadObservation {
  const one = look(frames, "reads a socket", { detail });
  return thread(frames, "reads a socket", { ...reading, looks: [one, one, one], name: "worker", ...more });
}

test("a C library, a client library or the port tells the server", () => {
  const byLibrary = verdictOf(onPeer(["shop.py:7 count"], "from 10.0.0.5:6000", { library: "libpq" }));
  expect(byLibrary.text).toBe("worker waits for PostgreSQL's answer from 10.0.0.5:6000 (no time-out) in count (srv/shop.py:7) for 5 s");
  expect(byLibrary).toMatchObject({ kind: "waits for a peer", stuck: true, culprit: { line: 7 } });
  expect(verdictOf(onPeer(["shop.py:7 count"], "from 10.0.0.5:5432")).text).toContain("PostgreSQL's answer from 10.0.0.5:5432");
  expect(verdictOf(onPeer(["pg8000/core.py:154 _read", "shop.py:7 count"], "from 10.0.0.5:6000")).text).toContain("PostgreSQL's answer");
  expect(verdictOf(onPeer(["pymysql/connections.py:9 _read_bytes", "shop.py:7 count"], "from 10.0.0.5:6000")).text).toContain(
    "MySQL's answer",
  );
  expect(verdictOf(onPeer(["shop.py:7 rates"], "from 10.0.0.5:443")).text).toContain("reads a socket from 10.0.0.5:443");
});

test("a server on PostgreSQL's port that waits for its own client waits for no answer", () => {
  const { text, stuck } = verdictOf(onPeer(["proxy.py:7 serve"], "from 127.0.0.1:5432", { fromClient: true }));
  expect(text).not.toContain("PostgreSQL");
  expect(stuck).toBe(false);
});

test("the other end of a unix socket is the path that such a server listens on, and unknown among many", () => {
  const paths = ["/run/dbus/socket", "/var/run/postgresql/.s.PGSQL.5432"];
  const textOf = (listeningPaths: readonly string[]): string =>
    verdictOf(onPeer(["shop.py:7 count"], undefined, { library: "libpq", listeningPaths })).text;
  expect(textOf(paths)).toContain("PostgreSQL's answer from /var/run/postgresql/.s.PGSQL.5432 (no time-out)");
  expect(textOf([...paths, "/tmp/.s.PGSQL.5433"])).toContain("from /var/run/postgresql/.s.PGSQL.5432 or /tmp/.s.PGSQL.5433");
  expect(textOf([...paths, "/tmp/.s.PGSQL.5433", "/tmp/.s.PGSQL.5434"])).toContain("PostgreSQL's answer (no time-out)");
  const unknown = verdictOf(onPeer(["shop.py:7 count"], undefined, { listeningPaths: paths })).text;
  expect(unknown).toContain("reads a socket (no time-out)");
});

test("psycopg's steps of 100 ms are one wait, even where a look meets one that ends", () => {
  const steps = { ran: true, waitsPerSecond: 11, sameWait: true, timeoutMs: 100, lastRanMs: 40 };
  const still = verdictOf(onPeer(psycopg, "from 127.0.0.1:5432", steps));
  expect(still).toMatchObject({ kind: "waits for a peer", stuck: true, culprit: { line: 7 } });
  expect(still.text).toBe("worker waits for PostgreSQL's answer from 127.0.0.1:5432 in count (srv/shop.py:7) for the whole look (1 s)");
  const ending = look(["psycopg/waiting.py:530 wait_poll", ...psycopg], "on CPU");
  const waiting = look(psycopg, "reads a socket", { detail: "from 127.0.0.1:5432" });
  expect(verdictOf(thread(psycopg, "on CPU", { ...steps, name: "worker", looks: [waiting, waiting, ending] })).text).toBe(still.text);
});

test("a loop of short queries is not accused: it changes its variables, or runs too often", () => {
  const loop = { ran: true, waitsPerSecond: 12, sameWait: false, timeoutMs: 100 };
  expect(verdictOf(onPeer(psycopg, "from 127.0.0.1:5432", loop))).toMatchObject({ stuck: false, culprit: undefined });
  expect(verdictOf(onPeer(psycopg, "from 127.0.0.1:5432", { ...loop, sameWait: true, waitsPerSecond: 90 }))).toMatchObject({
    stuck: false,
  });
});

test("psycopg's own select is a wait for an answer, one of the application's is a loop", () => {
  const frames = ["psycopg/waiting.py:390 wait_select", ...psycopg];
  expect(verdictOf(onPeer(frames, "from 127.0.0.1:5432", { call: "pselect6", sameWait: true, ran: true, waitsPerSecond: 10 })).stuck).toBe(
    true,
  );
  expect(verdictOf(onPeer(["shop.py:7 listen"], "from 127.0.0.1:5432", { call: "pselect6" }))).toMatchObject({
    kind: "waits",
    stuck: false,
  });
});

test("a listener in psycopg's notifies waits for work", () => {
  const frames = ["psycopg/connection.py:453 Connection.wait", "psycopg/connection.py:380 Connection.notifies", "shop.py:7 listen"];
  expect(verdictOf(onPeer(frames, "from 127.0.0.1:5432", { ran: true, sameWait: true, waitsPerSecond: 10 })).kind).toBe("idle");
});

const waitsInPool = [
  "python/threading.py:331 Condition.wait",
  "psycopg_pool/pool.py:887 WaitingClient.wait",
  "psycopg_pool/pool.py:271 ConnectionPool.getconn",
  "shop.py:21 count",
];

test("a pool that is used up: who has the connections, threads and tasks", () => {
  const waiter = thread(waitsInPool, "waits for a lock", { name: "waiter" });
  const keeper = thread(["shop.py:9 keep"], "sleeps", { name: "keeper" });
  const serving = thread(["shop.py:9 keep"], "sleeps", { name: "keeper", request: "GET /keep" });
  const served = judgeWorker(observed([waiter, serving], { connectionHolders: [serving.tid] })).verdict;
  expect(served.text).toMatch(/; keeper \(GET \/keep\) has a connection open$/);
  const asked = task("1", ["python/asyncio/tasks.py:649 sleep", "shop.py:5 report"], { request: "GET /report" });
  const alone = judgeWorker(observed([waiter, keeper], { connectionHolders: [keeper.tid] })).verdict;
  expect(alone).toMatchObject({ kind: "waits for a pool", stuck: true, culprit: { line: 21 }, tids: [waiter.tid, keeper.tid] });
  expect(alone.text).toMatch(/^waiter waits for a free connection of a pool in count .*; keeper has a connection open$/);
  const both = judgeWorker(observed([waiter, keeper], { connectionHolders: [keeper.tid], tasks: [asked], connectionTasks: ["1"] })).verdict;
  expect(both.text).toMatch(/; keeper and the task of GET \/report have connections open$/);
  expect(both.tasks).toEqual(["1"]);
});

test("a pool whose connections are given on is slow, and nobody's fault", () => {
  const waiter = thread(waitsInPool, "waits for a lock");
  const looks = [look(["shop.py:9 keep"], "sleeps"), look(["shop.py:10 keep"], "reads a socket"), look(["shop.py:9 keep"], "sleeps")];
  const keeper = thread([], "sleeps", { looks, ran: true, name: "keeper" });
  const { findings } = judgeWorker(observed([waiter, keeper], { connectionHolders: [keeper.tid] }));
  expect(findings.filter(({ stuck, culprit }) => stuck || culprit !== undefined)).toEqual([]);
  expect(findings[0]?.text).toMatch(/keeper has a connection open, and moves on$/);
});

test("the threads of a pool itself, and one that opens a connection, do not wait for a connection", () => {
  const own = ["python/queue.py:171 Queue.get", "psycopg_pool/pool.py:700 ConnectionPool.worker", "python/threading.py:975 Thread.run"];
  expect(verdictOf(thread(own, "waits for a lock")).kind).toBe("idle");
  const opening = [
    "psycopg/connection.py:100 connect",
    "sqlalchemy/engine/default.py:620 connect",
    "sqlalchemy/pool/base.py:600 __connect",
    "shop.py:3 count",
  ];
  expect(verdictOf(onPeer(opening, "from 127.0.0.1:5432")).kind).toBe("waits for a peer");
});

const asgi = ["starlette/routing.py:75 app", "uvicorn/protocols/http/h11_impl.py:410 run_asgi"];

test("a request's task in asyncpg: the answer, the pool, and neither where it goes round in a loop", () => {
  const query = ["asyncpg/connection.py:717 Connection.fetch", "shop.py:33 query", ...asgi];
  const verdict = (more: object): Finding =>
    judgeWorker(observed([], { tasks: [task("1", query, { request: "GET /query", peer: "10.0.0.5:5432", sameWait: true, ...more })] }))
      .verdict;
  expect(verdict({})).toMatchObject({ kind: "waits for a peer", stuck: true, culprit: { line: 33 } });
  expect(verdict({}).text).toBe(
    "the task of GET /query waits for PostgreSQL's answer from 10.0.0.5:5432 in query (srv/shop.py:33) for the whole look (1 s)",
  );
  expect(verdict({ sameWait: false })).toMatchObject({ stuck: false, culprit: undefined });
  const pool = [
    "python/asyncio/queues.py:158 Queue.get",
    "asyncpg/pool.py:996 Pool._acquire.<locals>._acquire_impl",
    "shop.py:44 pool",
    ...asgi,
  ];
  const two = ["2", "3"].map((id) => task(id, pool, { request: "GET /pool", sameWait: true }));
  expect(judgeWorker(observed([], { tasks: two })).verdict).toMatchObject({ kind: "waits for a pool", stuck: true, culprit: { line: 44 } });
});

test("SQLAlchemy's asynchronous pool is known by its queue, a query by its dialect", () => {
  const outer = [
    "sqlalchemy/util/concurrency.py:209 greenlet_spawn",
    "sqlalchemy/ext/asyncio/engine.py:283 AsyncConnection.start",
    "shop.py:63 pool",
    ...asgi,
  ];
  const kindOf = (...inner: string[]): string =>
    judgeWorker(observed([], { tasks: [task("1", [...inner, ...outer], { sameWait: true })] })).verdict.kind;
  expect(kindOf("python/asyncio/queues.py:158 Queue.get", "sqlalchemy/util/compat.py:334 wait_for")).toBe("waits for a pool");
  expect(kindOf("python/asyncio/tasks.py:481 wait_for")).toBe("waits for a pool");
  expect(kindOf("python/asyncio/locks.py:100 Lock.acquire")).toBe("waits");
  expect(kindOf("sqlalchemy/dialects/postgresql/asyncpg.py:620 AsyncAdapt_asyncpg_cursor._prepare_and_execute")).toBe("waits for a peer");
});

test("a request that listens for notifications is a long poll", () => {
  const frames = [
    "psycopg/waiting.py:227 wait_async",
    "psycopg/connection_async.py:500 AsyncConnection.notifies",
    "shop.py:7 stream",
    ...asgi,
  ];
  expect(judgeWorker(observed([], { tasks: [task("1", frames, { sameWait: true })] })).verdict).toMatchObject({
    kind: "waits",
    stuck: false,
  });
});
