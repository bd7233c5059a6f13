// Event loops, tasks, the GIL, and what is merely busy.

import { expect, test } from "vitest";
import { judgeService } from "../../../src/diagnosis/service-verdict.ts";
import { taskCircles } from "../../../src/diagnosis/task-findings.ts";
import { judgeWorker } from "../../../src/diagnosis/worker-verdict.ts";
import { look, observed, task, thread } from "./made-up-process.ts";

const loop = [
  "python/asyncio/events.py:84 Handle._run",
  "python/asyncio/base_events.py:1936 BaseEventLoop._run_once",
  "shop.py:40 <module>",
];

test("a coroutine that sleeps keeps its loop, and the others wait", () => {
  const blocked = thread(["shop.py:8 charge", ...loop], "sleeps", { tid: 1, runsLoop: true });
  const tasks = [task("a", [], { tid: 1, running: true }), task("b", ["shop.py:3 other"], { tid: 1 })];
  const { verdict } = judgeWorker(observed([blocked], { tasks }));
  expect(verdict).toMatchObject({ kind: "event loop blocked", stuck: true, culprit: { line: 8 }, tasks: ["a"] });
  expect(verdict.text).toBe("the event loop stands still for 5 s: charge (srv/shop.py:8) sleeps in it, and 1 other task waits");
});

test("a coroutine that computes at changing lines is named by the call that lasts", () => {
  const places = [11, 12, 13].map((line) => look([`shop.py:${line} inner`, "shop.py:9 order", ...loop], "on CPU"));
  const { verdict } = judgeWorker(observed([thread([], "on CPU", { looks: places, runsLoop: true, cpuShare: 0.9 })]));
  expect(verdict).toMatchObject({ kind: "event loop blocked", culprit: { line: 9 } });
});

test("a server that imports the application inside of its loop is busy, and no line is accused", () => {
  const bootstrap = { function: "_find_and_load", file: "<frozen importlib._bootstrap>", line: 1176 };
  const places = [11, 12, 13].map((line) => {
    const one = look([`pydantic/main.py:${line} build`, "shop.py:2 <module>", "uvicorn/config.py:435 Config.load", ...loop], "on CPU");
    return { ...one, frames: [...one.frames.slice(0, 2), bootstrap, ...one.frames.slice(2)] };
  });
  const { verdict } = judgeWorker(observed([thread([], "on CPU", { looks: places, runsLoop: true, cpuShare: 0.9 })]));
  expect(verdict).toMatchObject({ kind: "busy", stuck: false, culprit: undefined });
});

test("a loop that turns is busy at most: what lasts is the line that runs it", () => {
  const places = [11, 22, 33].map((line) => look([`shop.py:${line} task${line}`, ...loop], "on CPU"));
  const { findings } = judgeWorker(observed([thread([], "on CPU", { looks: places, runsLoop: true, cpuShare: 0.9 })]));
  expect(findings.filter(({ stuck, culprit }) => stuck || culprit !== undefined)).toEqual([]);
});

test("a loop written in C waits in epoll below the application's line and is idle", () => {
  const { verdict } = judgeWorker(observed([thread(["shop.py:40 <module>"], "idle in epoll", { runsLoop: true, call: "epoll_pwait" })]));
  expect(verdict.kind).toBe("idle");
});

test("tasks in a circle are told once; a chain, a task that moved and a lock without an owner are none", () => {
  const circle = [
    task("a", ["shop.py:1 a"], { awaits: ["b"] }),
    task("b", ["shop.py:2 b"], { awaits: ["a"] }),
    task("c", ["shop.py:3 c"], { awaits: ["a"] }),
  ];
  expect(taskCircles(observed([], { tasks: circle })).map(({ tasks }) => tasks.toSorted())).toEqual([["a", "b"]]);
  const chain = [task("a", [], { awaits: ["b"] }), task("b", [], { awaits: ["c"] }), task("c", [], { lockOwners: [] })];
  expect(taskCircles(observed([], { tasks: chain }))).toEqual([]);
  const moved = [task("a", [], { awaits: ["b"] }), task("b", [], { awaits: ["a"], throughout: false })];
  expect(taskCircles(observed([], { tasks: moved }))).toEqual([]);
});

test("a task that waits for its own lock is a circle of one", () => {
  const [finding] = taskCircles(observed([], { tasks: [task("a", ["shop.py:12 pay"], { lockOwners: ["a"] })] }));
  expect(finding).toMatchObject({ kind: "tasks in a circle", stuck: true, culprit: { line: 12 } });
});

test("a chain of 20,000 tasks is followed to its circle", () => {
  const tasks = Array.from({ length: 20_000 }, (_, index) => task(String(index), [], { awaits: [String((index + 1) % 20_000)] }));
  expect(taskCircles(observed([], { tasks }))[0]?.tasks).toHaveLength(20_000);
});

test("the task of a request that stands is stated and not accused", () => {
  const frames = ["shop.py:31 poll", "starlette/routing.py:76 app"];
  const idle = thread(["python/selectors.py:468 select", "python/asyncio/base_events.py:1936 _run_once"], "idle in epoll", {
    runsLoop: true,
  });
  const { verdict } = judgeWorker(observed([idle], { tasks: [task("a", frames), task("b", frames)] }));
  expect(verdict).toMatchObject({ kind: "waits", stuck: false, culprit: undefined, tasks: ["a", "b"] });
  expect(verdict.text).toMatch(/^the tasks of 2 requests wait in poll /);
});

test("the GIL is held only where nobody handed it over and somebody waits", () => {
  const sort = look(["rank.py:11 rank"], "on CPU", { holdsGil: true });
  const holder = thread([], "on CPU", { name: "rank", looks: [sort, sort, sort], cpuShare: 1 });
  const waiter = thread(["shop.py:5 tick"], "waits for the GIL");
  expect(judgeWorker(observed([holder, waiter], { gilKeptShare: 1 })).verdict).toMatchObject({
    kind: "GIL held",
    stuck: true,
    culprit: { line: 11 },
  });
  expect(judgeWorker(observed([holder, waiter], { gilKeptShare: 0 })).verdict).toMatchObject({ kind: "busy", stuck: false });
  expect(judgeWorker(observed([holder], { gilKeptShare: 1 })).verdict).toMatchObject({ kind: "busy", stuck: false });
});

test("what computes at changing places is named only inside a request, by the call that lasts", () => {
  const places = [1, 2, 3].map((line) => look([`shop.py:${line} parse`, "shop.py:9 job"], "on CPU"));
  expect(judgeWorker(observed([thread([], "on CPU", { looks: places, cpuShare: 1 })])).verdict).toMatchObject({
    kind: "busy",
    culprit: undefined,
  });
  const served = places.map((one) => ({
    ...one,
    frames: [...one.frames, ...look(["gunicorn/workers/sync.py:5 SyncWorker.handle_request"], "on CPU").frames],
  }));
  expect(judgeWorker(observed([thread([], "on CPU", { looks: served, cpuShare: 1 })])).verdict).toMatchObject({
    kind: "busy",
    culprit: { line: 9 },
  });
});

test("a service is told by its worst workers, and by the line at which most of them stand", () => {
  const at = (line: number) =>
    judgeWorker(observed([thread([`shop.py:${line} rates`], "reads a socket", { call: "recvfrom", timeoutMs: null })]));
  const idle = judgeWorker(observed([thread(["gunicorn/workers/sync.py:30 SyncWorker.wait"], "waits in poll")]));
  expect(judgeService([idle, at(12), at(12), at(40)])).toMatchObject({
    text: "3 of 4 processes hang: waits for a peer.",
    culprit: { line: 12 },
  });
  expect(judgeService([idle, at(12)]).text).toBe("1 of 2 processes hangs in rates (srv/shop.py:12): waits for a peer.");
  expect(judgeService([idle, idle])).toEqual({ text: "All 2 processes are idle and healthy: they wait for work.", culprit: undefined });
  expect(judgeService([])).toEqual({ text: "No process could be looked at.", culprit: undefined });
});
