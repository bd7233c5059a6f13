// The plugin asgi on real servers that nobody prepared: HTTP, streams and websockets; routes below mounts and included routers; values stay inside.

import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { environmentFor } from "../rig/environments.ts";
import { findInterpreters } from "../rig/interpreters.ts";
import { ispyd } from "../rig/ispyd.ts";
import { type RecordedKind, recordedRows, requestsFromOutside, startRecordedServer } from "../rig/recorded-server.ts";
import { stopTargets } from "../rig/target.ts";

interface InFlightRow {
  id: number;
  method: string;
  route: string;
  view: string;
  ageMs: number;
  task: string;
  trace: string;
}

interface RecentRow {
  method: string;
  route: string;
  view: string;
  status: number | null;
  raised: string;
}

const isSoak = process.env["ISPYD_SOAK"] !== undefined;
const interpreters = (await findInterpreters()).filter(({ version }) => ["3.8", "3.11", "3.14"].includes(version));
afterAll(stopTargets);

const secret = "tr0ub4dor-and-3";
const recognisable = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const headers = { authorization: `Bearer ${secret}`, traceparent: `00-${traceId}-00f067aa0ba902b7-01`, "x-request-id": "request-7781" };

const fastapi = {
  orders: "/orders/{number}",
  held: "/shop/held/{word}",
  heldPath: "/shop/held",
  fail: "/fail",
  stream: "/stream",
  view: "shop_fastapi.held",
  raised: "ValueError",
};
const starlette = { ...fastapi, orders: "/orders/{number:int}", view: "shop_starlette.held" };
const django = {
  orders: "/orders/<int:number>",
  held: "/held-async/<word>",
  heldPath: "/held-async",
  fail: "^fail$",
  stream: "/stream",
  view: "shop_django.held_async",
  raised: "",
};
const plain = { ...fastapi, orders: "", held: "", fail: "", stream: "", view: "" };
type Routes = typeof fastapi;

const kinds: [RecordedKind, Routes][] = [
  ["uvicorn, FastAPI", fastapi],
  ["uvicorn, Starlette", starlette],
  ["uvicorn, plain", plain],
  ["uvicorn, Django", django],
  ["hypercorn, FastAPI", fastapi],
];
/** Every kind on one interpreter, on the others the first ones; a soak runs all. */
const kindsOf = (version: string): [RecordedKind, Routes][] => (isSoak || version === "3.11" ? kinds : kinds.slice(0, 2));

describe.each(interpreters.flatMap((interpreter) => kindsOf(interpreter.version).map(([kind, routes]) => ({ interpreter, kind, routes }))))(
  "$interpreter.version, $kind",
  ({ interpreter, kind, routes }) => {
    test("recent ones with status and route, one in flight with its age, and no value of any", async () => {
      const shop = await startRecordedServer(await environmentFor(interpreter, "web"), kind);
      const before = (await recordedRows<RecentRow>("asgi recent", shop.workers())).total;
      for (let number = 0; number < 5; number += 1) await shop.ask(`/orders/7?token=${secret}`, headers);
      await shop.ask("/fail");
      await shop.ask("/stream");
      expect(await shop.ask("/nothing")).toBe(404);
      const recent = await recordedRows<RecentRow>("asgi recent", shop.workers());
      expect(recent.total - before).toBe(8);
      const shown = recent.rows.slice(0, 8).map(({ method, route, status, raised }) => ({ method, route, status, raised }));
      expect(shown).toEqual([
        { method: "GET", route: "", status: 404, raised: "" },
        { method: "GET", route: routes.stream, status: 200, raised: "" },
        { method: "GET", route: routes.fail, status: 500, raised: routes.raised },
        ...Array.from({ length: 5 }, () => ({ method: "GET", route: routes.orders, status: 200, raised: "" })),
      ]);

      const sentMs = performance.now();
      const held = shop.ask(`${routes.heldPath}/${recognisable}?token=${secret}&colour=green`, headers);
      await sleep(300);
      const askedMs = performance.now();
      const { row, text } = await oneInFlight(shop.workers());
      expect(row).toMatchObject({ method: "GET", route: routes.held, view: routes.view, trace: traceId });
      expect(row.ageMs).toBeGreaterThan(0);
      expect(row.ageMs).toBeLessThanOrEqual(performance.now() - sentMs);
      expect(askedMs - sentMs - row.ageMs).toBeLessThan(2_000);
      expect(row.task).toMatch(/^0x[0-9a-f]+$/);
      for (const value of [secret, recognisable, "green", "request-7781"]) expect(recent.text + text).not.toContain(value);

      const outside = await requestsFromOutside(shop.workers()[0] ?? 0);
      const laterMs = performance.now() - sentMs;
      expect(outside.filter(({ ageMs = -1 }) => ageMs < row.ageMs || ageMs > laterMs + 50)).toEqual([]);
      expect(outside.map(({ place }) => place?.function)).toEqual(["wait_async"]);

      const values = await ispyd(["asgi", "request", String(shop.workers()[0]), String(row.id), "--reason", "a test", "--json"]);
      expect(values.exitCode, values.stderr).toBe(0);
      expect(values.stdout).toContain("colour=green");
      expect(values.stdout).toContain("request-7781");
      for (const value of [secret, recognisable]) expect(values.stdout).not.toContain(value);
      shop.release();
      expect(await held).toBe(200);
      expect((await recordedRows<InFlightRow>("asgi requests", shop.workers())).rows).toEqual([]);
      const declared = routes === plain ? [] : (await recordedRows<{ rule: string }>("asgi routes", shop.workers())).rows;
      const rules = declared.map(({ rule }) => rule);
      expect([routes.orders, routes.held, routes.fail].filter((rule) => rule !== "" && !rules.includes(rule))).toEqual([]);
      await shop.stop();
    });
  },
);

/** It may take the server a moment to hand it on. */
async function oneInFlight(workers: readonly number[]): Promise<{ row: InFlightRow; text: string }> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const { rows, text } = await recordedRows<InFlightRow>("asgi requests", workers);
    const [row] = rows;
    if (row !== undefined && rows.length === 1) return { row, text };
    await sleep(100);
  }
  throw new Error("there was never exactly one request in flight");
}

describe("FastAPI under hypercorn, CPython 3.11", () => {
  const [interpreter] = interpreters.filter(({ version }) => version === "3.11");

  test("a websocket is in flight as long as it is open; what a thread or a mounted application serves has its whole route", async ({
    skip,
  }) => {
    if (interpreter === undefined) return skip("no CPython 3.11 here");
    // uvicorn needs a library for websockets that the environment does not have; hypercorn brings its own.
    const shop = await startRecordedServer(await environmentFor(interpreter, "web"), "hypercorn, FastAPI");
    const socket = await openWebsocket(shop.port, `/room/${secret}`);
    const open = await oneInFlight(shop.workers());
    expect(open.row).toMatchObject({ method: "WEBSOCKET", route: "/room/{name}", view: "shop_fastapi.room" });
    expect(open.text).not.toContain(secret);
    socket.destroy();
    await untilNoneInFlight(shop.workers());
    await shop.ask("/mounted/inner/word");
    const thread = shop.ask("/shop/held-thread/word");
    expect((await oneInFlight(shop.workers())).row).toMatchObject({ route: "/shop/held-thread/{word}", view: "shop_fastapi.held_thread" });
    shop.release();
    expect(await thread).toBe(200);
    const { rows } = await recordedRows<RecentRow>("asgi recent", shop.workers());
    expect(rows.find(({ method }) => method === "WEBSOCKET")).toMatchObject({ route: "/room/{name}", status: 101 });
    expect(rows.find(({ view }) => view === "shop_fastapi.inner")).toMatchObject({ route: "/mounted/inner/{word}", status: 200 });
    await shop.stop();
  });

  test("two workers count their own requests only", async ({ skip }) => {
    if (interpreter === undefined) return skip("no CPython 3.11 here");
    const shop = await startRecordedServer(await environmentFor(interpreter, "web"), "uvicorn, two workers, plain");
    const before = (await recordedRows<RecentRow>("asgi recent", shop.workers())).total;
    await Promise.all(Array.from({ length: 20 }, () => shop.ask("/orders")));
    expect((await recordedRows<RecentRow>("asgi recent", shop.workers())).total - before).toBe(20);
    await shop.stop();
  });
});

async function untilNoneInFlight(workers: readonly number[]): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    if ((await recordedRows<InFlightRow>("asgi requests", workers)).rows.length === 0) return;
    await sleep(100);
  }
  throw new Error("the websocket never ended");
}

/** The handshake of RFC 6455, section 1.3, and no more. */
function openWebsocket(port: number, path: string): Promise<Socket> {
  return new Promise((done, fail) => {
    const socket = connect(port, "127.0.0.1", () => {
      const lines = ["Host: 127.0.0.1", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"];
      socket.write([`GET ${path} HTTP/1.1`, ...lines, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", ""].join("\r\n"));
    });
    socket.once("data", (data) => (data.toString("latin1").startsWith("HTTP/1.1 101") ? done(socket) : fail(new Error(data.toString()))));
    socket.on("error", fail);
  });
}
