// Which request a thread or task serves, as the verdicts say it.

import { expect, test } from "vitest";
import type { ThreadObservation } from "../../../src/diagnosis/observation.ts";
import { judgeService } from "../../../src/diagnosis/service-verdict.ts";
import { judgeWorker } from "../../../src/diagnosis/worker-verdict.ts";
import { look, observed, task, thread, wait } from "./made-up-process.ts";

const server = ["flask/app.py:9 Flask.wsgi_app", "gunicorn/workers/sync.py:5 SyncWorker.handle_request"];

function sleeping(request: string | undefined): ThreadObservation {
  return thread(["shop.py:8 pay", ...server], "sleeps", { name: "worker", request });
}

function textOf(...threads: ThreadObservation[]): string {
  return judgeWorker(observed(threads)).verdict.text;
}

test("one thread with its request, and without a word where none is known", () => {
  expect(textOf(sleeping("POST /pay"))).toBe("worker, serving POST /pay, sleeps in pay (srv/shop.py:8) for 5 s");
  expect(textOf(sleeping(undefined))).toBe("worker sleeps in pay (srv/shop.py:8) for 5 s");
});

test("threads at one place with what they serve, counted where it differs", () => {
  expect(textOf(sleeping("GET /a"), sleeping("GET /a"))).toMatch(/^each of 2 threads, serving GET \/a, sleeps in pay/);
  const many = ["GET /b", "GET /a", "GET /a", "GET /c", "GET /d", "GET /e"].map(sleeping);
  expect(textOf(...many)).toMatch(/^each of 6 threads, serving GET \/a \(2\), GET \/b, GET \/c and 2 more, sleeps in pay/);
});

test("whoever waits for a lock and whoever has it, each with its request", () => {
  const holder = thread(["shop.py:5 slow", ...server], "sleeps", { tid: 1, name: "holder", request: "GET /slow" });
  const waiter = thread(["shop.py:9 pay", ...server], "waits for a lock", {
    tid: 2,
    name: "waiter",
    request: "POST /pay",
    wait: wait("RLock", [1]),
  });
  expect(textOf(holder, waiter)).toMatch(
    /^waiter, serving POST \/pay, waits for an RLock .*; holder, serving GET \/slow, holds it and sleeps/,
  );
});

test("a thread at changing places is not said to have served one request all the time", () => {
  const places = [1, 2, 3].map((line) => look([`shop.py:${line} view${line}`, ...server], "on CPU"));
  const text = textOf(thread([], "on CPU", { name: "worker", looks: places, cpuShare: 1, request: "GET /a" }));
  expect(text).toMatch(/^worker computes at changing places, last in view3 \(srv\/shop\.py:3\), serving GET \/a, for/);
});

test("an event loop that stands, by its thread or by the task that runs in it", () => {
  const frames = ["shop.py:8 charge", "python/asyncio/events.py:84 Handle._run"];
  const blocked = thread(frames, "sleeps", { tid: 1, runsLoop: true });
  const tasks = [task("a", [], { tid: 1, running: true, request: "POST /charge" }), task("b", ["shop.py:3 other"], { tid: 1 })];
  const { text } = judgeWorker(observed([blocked], { tasks })).verdict;
  expect(text).toMatch(/charge \(srv\/shop\.py:8\) sleeps in it, serving POST \/charge, and 1 other task waits$/);
});

test("tasks in a circle and tasks that stand", () => {
  const circle = [task("a", ["shop.py:1 a"], { awaits: ["b"], request: "GET /a" }), task("b", ["shop.py:2 b"], { awaits: ["a"] })];
  expect(judgeWorker(observed([], { tasks: circle })).verdict.text).toMatch(
    /Task-a, serving GET \/a, in a \(srv\/shop\.py:1\), Task-b in b/,
  );
  const frames = ["shop.py:31 poll", "starlette/routing.py:76 app"];
  const standing = ["GET /poll", "GET /poll"].map((request, index) => task(String(index), frames, { request }));
  expect(judgeWorker(observed([], { tasks: standing })).findings[0]?.text).toMatch(/^the tasks of 2 requests, GET \/poll, wait in poll/);
});

test("of several processes that hang the requests are counted by process", () => {
  const workers = [observed([sleeping("GET /a"), sleeping("GET /a")]), observed([sleeping("GET /a")]), observed([sleeping("GET /b")])];
  expect(judgeService(workers.map(judgeWorker)).text).toBe(
    "3 of 3 processes hang in pay (srv/shop.py:8): sleeps, serving GET /a (2) and GET /b.",
  );
});
