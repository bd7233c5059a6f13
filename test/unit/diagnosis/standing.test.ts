// What of a thread that stands is an accusation, and what is only stated.

import { expect, test } from "vitest";
import type { ThreadObservation } from "../../../src/diagnosis/observation.ts";
import { judgeService } from "../../../src/diagnosis/service-verdict.ts";
import { judgeWorker } from "../../../src/diagnosis/worker-verdict.ts";
import { look, observed, thread, wait } from "./made-up-process.ts";

const serving = ["flask/app.py:9 Flask.wsgi_app", "gunicorn/workers/sync.py:5 SyncWorker.handle_request"];

function verdictOf(...threads: ThreadObservation[]): { kind: string; stuck: boolean; line: number | undefined } {
  const { kind, stuck, culprit } = judgeWorker(observed(threads)).verdict;
  return { kind, stuck, line: culprit?.line };
}

test("a socket that is read without end is an accusation, with the application's line below the library's", () => {
  const frames = ["python/socket.py:700 readinto", "requests/api.py:50 get", "shop.py:12 rates"];
  expect(verdictOf(thread(frames, "reads a socket", { call: "recvfrom", timeoutMs: null }))).toEqual({
    kind: "waits for a peer",
    stuck: true,
    line: 12,
  });
});

test("a thread that a server's application started to listen is not accused, and one that was handed a job is", () => {
  const body = ["python/threading.py:953 Thread.run", "python/threading.py:1016 Thread._bootstrap_inner"];
  const listener = thread(["shop.py:12 subscribe", ...body], "reads a socket", { call: "recvfrom" });
  const pooled = thread(["shop.py:12 rates", "python/concurrent/futures/thread.py:58 _WorkItem.run", ...body], "reads a socket");
  const stuckIn = (role: string, one: ThreadObservation): boolean => judgeWorker({ ...observed([one]), role }).verdict.stuck;
  expect(stuckIn("gunicorn worker (sync)", listener)).toBe(false);
  expect(stuckIn("gunicorn worker (sync)", pooled)).toBe(true);
  expect(stuckIn("Python script", listener)).toBe(true);
});

test("a client that is silent is not accused", () => {
  expect(verdictOf(thread(["shop.py:12 serve"], "reads a socket", { call: "recvfrom", fromClient: true }))).toEqual({
    kind: "waits for a peer",
    stuck: false,
    line: undefined,
  });
});

test("a client that is silent in the middle of a request keeps the request", () => {
  expect(verdictOf(thread(["shop.py:12 upload", ...serving], "reads a socket", { call: "recvfrom", fromClient: true }))).toEqual({
    kind: "waits for a peer",
    stuck: true,
    line: 12,
  });
});

test("a socket that is read again and again at one line is data that flows", () => {
  expect(verdictOf(thread(["shop.py:12 download"], "reads a socket", { call: "recvfrom", ran: true }))).toEqual({
    kind: "waits for a peer",
    stuck: false,
    line: undefined,
  });
});

test("a sleep is stated in a scheduler, and accused in a request", () => {
  expect(verdictOf(thread(["cron.py:8 loop"], "sleeps"))).toEqual({ kind: "sleeps", stuck: false, line: undefined });
  expect(verdictOf(thread(["shop.py:8 pay", ...serving], "sleeps"))).toEqual({ kind: "sleeps", stuck: true, line: 8 });
});

test("a request that sleeps for a short time again and again is merely slow", () => {
  expect(verdictOf(thread(["shop.py:8 pay", ...serving], "sleeps", { ran: true }))).toEqual({
    kind: "sleeps",
    stuck: false,
    line: undefined,
  });
});

test("a queue's get is waiting for work outside of a request, and a hang inside of one", () => {
  const get = "python/queue.py:171 Queue.get";
  const condition = "python/threading.py:355 Condition.wait";
  expect(verdictOf(thread([condition, get, "jobs.py:4 consume"], "waits for a lock"))).toEqual({
    kind: "idle",
    stuck: false,
    line: undefined,
  });
  expect(verdictOf(thread([condition, get, "shop.py:4 answer", ...serving], "waits for a lock"))).toEqual({
    kind: "waits",
    stuck: true,
    line: 4,
  });
});

test("a condition's own lock is a signal, no lock that somebody holds", () => {
  const frames = ["python/threading.py:355 Condition.wait", "python/threading.py:655 Event.wait", "shop.py:4 run"];
  expect(verdictOf(thread(frames, "waits for a lock", { wait: wait("Lock", []) }))).toEqual({
    kind: "waits",
    stuck: false,
    line: undefined,
  });
});

test("SQLAlchemy's queue of connections is a pool, not a consumer without work", () => {
  const frames = [
    "python/threading.py:355 Condition.wait",
    "sqlalchemy/util/queue.py:185 QueueCommon.get",
    "sqlalchemy/pool/impl.py:166 QueuePool._do_get",
    "shop.py:21 count",
  ];
  expect(verdictOf(thread(frames, "waits for a lock"))).toEqual({ kind: "waits for a pool", stuck: true, line: 21 });
});

test("an application's select is a loop of its own, poll is a socket's time-out", () => {
  expect(verdictOf(thread(["relay.py:12 run"], "reads a socket", { call: "pselect6" }))).toEqual({
    kind: "waits",
    stuck: false,
    line: undefined,
  });
  expect(verdictOf(thread(["relay.py:12 run"], "reads a socket", { call: "poll", timeoutMs: 60_000 }))).toEqual({
    kind: "waits for a peer",
    stuck: true,
    line: 12,
  });
});

test("a child is waited for in subprocess or, as supervisors do, outside of it", () => {
  const call = { call: "wait4" };
  expect(verdictOf(thread(["python/subprocess.py:2053 Popen._try_wait", "shop.py:9 convert"], "waits for a child process", call))).toEqual({
    kind: "waits for a child",
    stuck: true,
    line: 9,
  });
  expect(verdictOf(thread(["supervisor.py:9 run"], "waits for a child process", call))).toEqual({
    kind: "waits for a child",
    stuck: false,
    line: undefined,
  });
});

test("threads at one place are told together", () => {
  const eight = Array.from({ length: 8 }, () => thread(["shop.py:12 fetch"], "reads a socket", { call: "poll", timeoutMs: 30_000 }));
  const { verdict } = judgeWorker(observed(eight));
  expect(verdict.tids).toHaveLength(8);
  expect(verdict.text).toBe("each of 8 threads reads a socket (time-out 30 s) in fetch (srv/shop.py:12) for 5 s");
});

test("the script that starts a server is no line of the application", () => {
  const idle = thread(["gunicorn/workers/sync.py:30 SyncWorker.accept"], "reads a file");
  const frames = [...(idle.looks[0]?.frames ?? []), { function: "<module>", file: "/env/bin/gunicorn", line: 8 }];
  const { verdict } = judgeWorker(observed([{ ...idle, looks: [1, 2, 3].map(() => ({ ...look([], "reads a file"), frames })) }]));
  expect(verdict).toMatchObject({ kind: "idle", stuck: false });
});

test("a thread whose stack never held still makes no verdict", () => {
  expect(verdictOf(thread([], "on CPU"))).toEqual({ kind: "unclear", stuck: false, line: undefined });
});

test("a loop that is seen awake now and then is idle, unless it was elsewhere or used the processor", () => {
  const asleep = look(["uvicorn/server.py:70 Server.serve", "main.py:9 <module>"], "idle in epoll");
  const awake = look(["uvicorn/server.py:228 Server.main_loop", "main.py:9 <module>"], "on CPU");
  const kindOf = (looks: ThreadObservation["looks"], cpuShare: number): string =>
    verdictOf(thread([], "on CPU", { looks, cpuShare, runsLoop: true, ran: true })).kind;
  expect(kindOf([asleep, awake, asleep, awake], 0.01)).toBe("idle");
  expect(kindOf([asleep, awake, awake, awake], 0.01)).toBe("working");
  expect(kindOf([asleep, awake, asleep], 0.3)).toBe("working");
  expect(kindOf([asleep, look(["shop.py:5 work", "main.py:9 <module>"], "on CPU"), asleep], 0.01)).toBe("working");
});

test("a process that is stopped has no other verdict", () => {
  const { findings } = judgeWorker(observed([thread(["shop.py:12 rates"], "stopped")], { stopped: true }));
  expect(findings.map(({ kind, stuck }) => [kind, stuck])).toEqual([["stopped", true]]);
});

test("a request that hangs in libraries alone is told, without a line of the application", () => {
  const frames = [
    "psycopg/waiting.py:50 wait",
    "django/db/backends/utils.py:89 _execute",
    "django/core/handlers/base.py:181 _get_response",
    ...serving,
  ];
  const { verdict } = judgeWorker(observed([thread(frames, "reads a socket", { call: "recvfrom", timeoutMs: null })]));
  expect(verdict).toMatchObject({ kind: "waits for a peer", stuck: true, culprit: undefined });
  expect(verdict.text).toContain("in code that is not the application's");
});

test("a server that reads the next request of a connection is idle", () => {
  const frames = [
    "python/socket.py:700 readinto",
    "python/http/server.py:400 handle_one_request",
    "python/socketserver.py:690 process_request_thread",
    "python/threading.py:1000 _bootstrap",
  ];
  expect(verdictOf(thread(frames, "reads a socket", { call: "recvfrom" }))).toEqual({ kind: "idle", stuck: false, line: undefined });
});

test("a thread whose stack changed under every look, and that used its core, computes; nobody is accused", () => {
  const unread = look([], "on CPU", { holdsGil: true });
  expect(verdictOf(thread([], "on CPU", { looks: [unread, unread, unread], cpuShare: 1 }))).toEqual({
    kind: "busy",
    stuck: false,
    line: undefined,
  });
});

test("a service with a worker that stands without an accusation is not said to stand nowhere", () => {
  const idle = observed([thread(["gunicorn/workers/sync.py:35 wait"], "waits in poll")]);
  const sleeping = observed([thread(["cron.py:8 loop"], "sleeps")]);
  const textOf = (...processes: ReturnType<typeof observed>[]): string => judgeService(processes.map(judgeWorker)).text;
  expect(textOf(idle, sleeping)).toBe("Nothing is stuck for certain: 1 stands where it may well wait for long, 1 waits for work.");
  expect(textOf(idle, idle)).toBe("All 2 processes are idle and healthy: they wait for work.");
});

test("a wait of a few seconds stands, and one that lasted hangs", () => {
  const idle = observed([thread(["gunicorn/workers/sync.py:35 wait"], "waits in poll")]);
  const textAfter = (lastRanMs: number): string => {
    const asking = observed([thread(["shop.py:12 rates", ...serving], "reads a socket", { call: "recvfrom", lastRanMs })]);
    return judgeService([idle, asking].map(judgeWorker)).text;
  };
  expect(textAfter(2_000)).toBe("1 of 2 processes stands still in rates (srv/shop.py:12): waits for a peer.");
  expect(textAfter(9_000)).toBe("1 of 2 processes hangs in rates (srv/shop.py:12): waits for a peer.");
});

test("a client that does not send its request holds a sync worker, which is told, and a thread of a pool", () => {
  const reading = ["gunicorn/http/unreader.py:100 SocketUnreader.chunk", "gunicorn/workers/sync.py:140 SyncWorker.handle"];
  const one = thread(reading, "reads a socket", { call: "recvfrom", fromClient: true, main: true, name: "MainThread" });
  const { verdict } = judgeWorker(observed([one]));
  expect({ stuck: verdict.stuck, culprit: verdict.culprit }).toEqual({ stuck: true, culprit: undefined });
  expect(verdict.text).toBe(
    "the main thread waits for a client that has not sent its whole request, and the worker serves nobody else, for 5 s",
  );
  const pooled = ["gunicorn/http/unreader.py:100 SocketUnreader.chunk", "gunicorn/workers/gthread.py:330 ThreadWorker.handle"];
  expect(verdictOf(thread(pooled, "reads a socket", { call: "recvfrom", fromClient: true }))).toMatchObject({
    kind: "waits for a peer",
    stuck: false,
  });
  // Data that comes, if slowly, is no standstill.
  expect(verdictOf(thread(reading, "reads a socket", { call: "recvfrom", fromClient: true, ran: true })).stuck).toBe(false);
});
