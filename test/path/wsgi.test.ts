// The plugin wsgi on real servers that nobody prepared: what is in flight, what ended and how, which routes there are, and that values stay inside.

import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { agentEnvironment } from "../rig/agent-client.ts";
import { environmentFor } from "../rig/environments.ts";
import { findInterpreters } from "../rig/interpreters.ts";
import { ispyd } from "../rig/ispyd.ts";
import { type RecordedKind, recordedRows, requestsFromOutside, startRecordedServer } from "../rig/recorded-server.ts";
import { runProgram } from "../rig/run-program.ts";
import { stopTargets } from "../rig/target.ts";

interface InFlightRow {
  id: number;
  method: string;
  route: string;
  view: string;
  ageMs: number;
  thread: number | null;
  task: string;
  trace: string;
}

interface RecentRow {
  id: number;
  method: string;
  route: string;
  status: number | null;
  durationMs: number;
  endedMs: number;
  raised: string;
}

const isSoak = process.env["ISPYD_SOAK"] !== undefined;
const interpreters = (await findInterpreters()).filter(({ version }) => ["3.8", "3.11", "3.14"].includes(version));
afterAll(stopTargets);

const secret = "tr0ub4dor-and-3";
const recognisable = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const headers = {
  authorization: `Bearer ${secret}`,
  traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
  "x-request-id": "request-7781",
};

const flask = { orders: "/orders/<int:number>", held: "/held/<word>", fail: "/fail", stream: "/stream", failure: "" };
const django = { orders: "/orders/<int:number>", held: "/held/<word>", fail: "^fail$", stream: "/stream", failure: "" };
const plain = { orders: "", held: "", fail: "", stream: "", failure: "ValueError" };
type Routes = typeof flask;

const kinds: [RecordedKind, Routes][] = [
  ["gunicorn gthread, Flask", flask],
  ["gunicorn gevent, Flask", flask],
  ["gunicorn sync, Django", django],
  ["Django runserver", django],
  ["gunicorn gthread, plain", plain],
  ["gunicorn sync, Flask", flask],
  ["gunicorn gevent, plain", plain],
  ["wsgiref behind the middleware, plain", plain],
];
/** Every kind on one interpreter, on the others one of each server and framework; a soak runs all. */
const kindsOf = (version: string): [RecordedKind, Routes][] => (isSoak || version === "3.11" ? kinds : kinds.slice(0, 3));

describe.each(interpreters.flatMap((interpreter) => kindsOf(interpreter.version).map(([kind, routes]) => ({ interpreter, kind, routes }))))(
  "$interpreter.version, $kind",
  ({ interpreter, kind, routes }) => {
    test("recent ones with status and route, one in flight with its age, and no value of any", async ({ skip }) => {
      const environment = await environmentFor(interpreter, "web");
      if (kind.includes("gevent") && environment.packages["gevent"] === undefined) return skip("gevent is not there for this Python");
      const shop = await startRecordedServer(environment, kind);
      const before = (await recordedRows<RecentRow>("wsgi recent", shop.workers())).total;
      for (let number = 0; number < 5; number += 1) await shop.ask(`/orders/7?token=${secret}`, headers);
      await shop.ask("/fail");
      await shop.ask("/stream");
      expect(await shop.ask("/nothing")).toBe(404);
      const recent = await recordedRows<RecentRow>("wsgi recent", shop.workers());
      expect(recent.total - before).toBe(8);
      const shown = recent.rows.slice(0, 8).map(({ method, route, status, raised }) => ({ method, route, status, raised }));
      expect(shown).toEqual([
        { method: "GET", route: "", status: 404, raised: "" },
        { method: "GET", route: routes.stream, status: 200, raised: "" },
        { method: "GET", route: routes.fail, status: 500, raised: routes.failure },
        ...Array.from({ length: 5 }, () => ({ method: "GET", route: routes.orders, status: 200, raised: "" })),
      ]);

      const sentMs = performance.now();
      const held = shop.ask(`/held/${recognisable}?token=${secret}&colour=green`, headers);
      await sleep(300);
      const askedMs = performance.now();
      const { row, text } = await oneInFlight(shop.workers());
      expect(row).toMatchObject({ method: "GET", route: routes.held, trace: traceId });
      expect(row.ageMs).toBeGreaterThan(0);
      expect(row.ageMs).toBeLessThanOrEqual(performance.now() - sentMs);
      expect(askedMs - sentMs - row.ageMs).toBeLessThan(2_000);
      expect(kind.includes("gevent") ? row.task : `0x${String(row.thread)}`).toMatch(/^0x[0-9a-f]+$/);
      for (const value of [secret, recognisable, "green", "request-7781"]) expect(recent.text + text).not.toContain(value);

      // Greenlets that wait are not seen from outside.
      const outside = kind.includes("gevent") ? [] : await requestsFromOutside(shop.workers()[0] ?? 0);
      const laterMs = performance.now() - sentMs;
      expect(outside.filter(({ ageMs = -1 }) => ageMs < row.ageMs || ageMs > laterMs + 50)).toEqual([]);
      expect(outside.map(({ place }) => place?.function)).toEqual(kind.includes("gevent") ? [] : ["wait"]);

      const values = await ispyd(["wsgi", "request", String(shop.workers()[0]), String(row.id), "--reason", "a test", "--json"]);
      expect(values.exitCode, values.stderr).toBe(0);
      expect(values.stdout).toContain("colour=green");
      expect(values.stdout).toContain("request-7781");
      for (const value of [secret, recognisable]) expect(values.stdout).not.toContain(value);
      shop.release();
      expect(await held).toBe(200);
      expect((await recordedRows<InFlightRow>("wsgi requests", shop.workers())).rows).toEqual([]);
      const declared = routes === plain ? [] : (await recordedRows<{ rule: string }>("wsgi routes", shop.workers())).rows;
      const rules = declared.map(({ rule }) => rule);
      expect([routes.orders, routes.held, routes.fail].filter((rule) => rule !== "" && !rules.includes(rule))).toEqual([]);
      await shop.stop();
    });
  },
);

/** It may take the server a moment to hand it on. */
async function oneInFlight(workers: readonly number[]): Promise<{ row: InFlightRow; text: string }> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const { rows, text } = await recordedRows<InFlightRow>("wsgi requests", workers);
    const [row] = rows;
    if (row !== undefined && rows.length === 1) return { row, text };
    await sleep(100);
  }
  throw new Error("there was never exactly one request in flight");
}

test("workers that were forked after the application was loaded count their own requests only", async ({ skip }) => {
  const [interpreter] = interpreters.filter(({ version }) => version === "3.11");
  if (interpreter === undefined) return skip("no CPython 3.11 here");
  const shop = await startRecordedServer(await environmentFor(interpreter, "web"), "gunicorn preloaded, two workers, plain");
  const before = (await recordedRows<RecentRow>("wsgi recent", shop.workers())).total;
  await Promise.all(Array.from({ length: 20 }, () => shop.ask("/orders")));
  expect((await recordedRows<RecentRow>("wsgi recent", shop.workers())).total - before).toBe(20);
  await shop.stop();
});

test("a request that is not in flight is said to be none", async ({ skip }) => {
  const [interpreter] = interpreters.filter(({ version }) => version === "3.11");
  if (interpreter === undefined) return skip("no CPython 3.11 here");
  const shop = await startRecordedServer(await environmentFor(interpreter, "web"), "gunicorn gthread, plain");
  const run = await ispyd(["wsgi", "request", String(shop.workers()[0]), "9999", "--reason", "a test", "--json"]);
  expect(run.exitCode).not.toBe(0);
  expect(run.stderr).toContain("request 9999 is not in flight");
  await shop.stop();
});

test.each(interpreters)(
  "$version: what the wrappers hand on is what they were given, and nothing stays of a request",
  async (interpreter) => {
    const env = { ...interpreter.environment, ...agentEnvironment({ PYTHONPATH: resolve("agent"), ISPYD_START: "" }) };
    const run = await runProgram(interpreter.path, ["-W", "ignore", resolve("test/programs/recording/wrappers.py")], {
      env,
      timeoutMs: 60_000,
    });
    expect(run.problem).toBe("");
    const facts = JSON.parse(run.stdout) as Record<string, unknown>;
    expect(facts["grown by"]).toBeLessThan(512 * 1024);
    delete facts["grown by"];
    expect(facts).toEqual({
      start: "started",
      "a list is handed on itself": true,
      "a tuple is handed on itself": true,
      "a file wrapper is handed on itself": true,
      "a file is handed on itself": true,
      "all of them ended": true,
      "in flight until it is closed": 1,
      "length, iteration, attributes": [2, "xy", "green"],
      "closed once, ended": [1, 0, "200"],
      "a generator passes": "12",
      "next of a generator": "1",
      "one that nobody closed has ended": 0,
      "an exception of the stream passes": ["'in the middle'", "200", "KeyError"],
      "an exception passes unchanged": [true, "500", "ValueError"],
      "what ends a worker is no 500": ["", "SystemExit"],
      "wrapped twice it counts once": 1,
      "wrapping a wrapper gives it back": true,
      "the write callable is the server's": "written",
      "a method that is none": "?",
      "a forked child begins empty": true,
      "asgi: what it returns and sends passes": ["returned", [204]],
      "asgi: recorded": [1, ["PUT", "204"]],
      "asgi: an exception passes unchanged": [true, "500", "ValueError"],
      "asgi: lifespan is no request": ["lifespan", 2],
      "asgi: in flight": 1,
      "asgi: a cancelled one has ended": [0, "", "CancelledError"],
      "environs alive": 0,
      kept: [200, 0],
      "frameworks imported by the agent": [],
    });
  },
);
