// Calls over a stream: how each can end, and that a hostile or dead peer ends them all.

import { Duplex, type DuplexOptions } from "node:stream";
import { expect, test } from "vitest";
import { openRpcClient } from "../../../src/wire/rpc-client.ts";

interface Peer {
  stream: Duplex;
  sent: { id?: number; method: string; params: unknown }[];
  send(text: string): void;
}

/** A stream whose other end is the test. */
function peer(answer: (request: { id?: number; method: string }) => string | undefined = () => undefined): Peer {
  const sent: Peer["sent"] = [];
  const options: DuplexOptions = {
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      const request = JSON.parse(String(chunk));
      sent.push(request);
      const text = answer(request);
      if (text !== undefined) stream.push(text);
      done();
    },
  };
  const stream = new Duplex(options);
  return { stream, sent, send: (text) => void stream.push(text) };
}

const soon = { timeoutMs: 5_000 };

test("an answer reaches the call of its id, whatever the order", async () => {
  const { stream, send } = peer();
  const client = openRpcClient(stream);
  const [one, two] = [client.call("a", {}, soon), client.call("b", {}, soon)];
  send('{"jsonrpc":"2.0","id":2,"result":"second"}\n{"jsonrpc":"2.0","id":1,"result":null}\n');
  expect(await Promise.all([one, two])).toEqual([
    { kind: "result", result: null },
    { kind: "result", result: "second" },
  ]);
});

test("an error is a value, also where its parts have wrong types", async () => {
  const answers = ['"error":{"code":5,"message":"no","data":{"code":"busy"}}', '"error":{"code":"x","message":7,"data":[]}'];
  const client = openRpcClient(peer(({ id }) => `{"id":${id},${answers.shift()}}\n`).stream);
  expect(await client.call("a", {}, soon)).toEqual({ kind: "error", error: { code: 5, message: "no", data: { code: "busy" } } });
  expect(await client.call("a", {}, soon)).toEqual({ kind: "error", error: { code: 0, message: "an error without a message", data: {} } });
});

test("a call whose time is up is cancelled at the peer, and its late answer is dropped", async () => {
  const { stream, sent, send } = peer();
  const client = openRpcClient(stream);
  expect(await client.call("slow", {}, { timeoutMs: 20 })).toEqual({ kind: "late" });
  expect(sent.map(({ method, params }) => [method, params])).toEqual([
    ["slow", {}],
    ["cancel", { id: 1 }],
  ]);
  const next = client.call("next", {}, soon);
  send('{"id":1,"result":"late"}\n{"id":2,"result":"right"}\n');
  expect(await next).toEqual({ kind: "result", result: "right" });
});

test("an abort cancels at the peer, before and during the call", async () => {
  const { stream, sent } = peer();
  const client = openRpcClient(stream);
  expect(await client.call("a", {}, { ...soon, signal: AbortSignal.abort() })).toEqual({ kind: "aborted" });
  const controller = new AbortController();
  const call = client.call("b", {}, { ...soon, signal: controller.signal });
  controller.abort();
  expect(await call).toEqual({ kind: "aborted" });
  expect(sent.filter(({ method }) => method === "cancel").map(({ params }) => params)).toEqual([{ id: 2 }]);
  expect(sent.some(({ method }) => method === "a")).toBe(false);
});

test("progress reaches its own call only", async () => {
  const { stream, send } = peer();
  const client = openRpcClient(stream);
  const seen: unknown[] = [];
  const call = client.call("a", {}, { ...soon, onProgress: ({ done }) => seen.push(done) });
  send('{"method":"progress","params":{"id":1,"done":3}}\n{"method":"progress","params":{"id":9,"done":4}}\n{"method":"progress"}\n');
  send('{"id":1,"result":1}\n');
  await call;
  expect(seen).toEqual([3]);
});

test.each([
  ["not JSON", "it sent a line that is not JSON"],
  ["[]", "it sent JSON that is no object"],
])("a peer that sends %s ends every call, and later ones", async (text, why) => {
  const { stream, send } = peer();
  const client = openRpcClient(stream);
  const calls = [client.call("a", {}, soon), client.call("b", {}, soon)];
  send(`${text}\n`);
  expect(await Promise.all(calls)).toEqual([
    { kind: "closed", why },
    { kind: "closed", why },
  ]);
  expect(await client.call("c", {}, soon)).toEqual({ kind: "closed", why });
});

test("a stream that ends or breaks ends the call", async () => {
  const ended = peer();
  const first = openRpcClient(ended.stream).call("a", {}, soon);
  ended.stream.push(null);
  expect(await first).toEqual({ kind: "closed", why: "it closed the connection" });
  const broken = peer();
  const second = openRpcClient(broken.stream).call("a", {}, soon);
  broken.stream.destroy(new Error("read ECONNRESET"));
  expect(await second).toEqual({ kind: "closed", why: "the connection broke (read ECONNRESET)" });
});

test("answers without a call, notifications and documents of unknown form are passed over", async () => {
  const { stream, send } = peer();
  const call = openRpcClient(stream).call("a", {}, soon);
  send('{}\n{"id":7,"result":1}\n{"id":"1","result":2}\n{"method":"news","params":[]}\n{"id":1}\n{"id":1,"result":"mine"}\n');
  expect(await call).toEqual({ kind: "result", result: "mine" });
});

test("a request above its bound is refused here and not sent", async () => {
  const { stream, sent } = peer();
  const reply = await openRpcClient(stream).call("a", { text: "x".repeat(300_000) }, soon);
  expect(reply).toMatchObject({ kind: "error", error: { data: { code: "argument-invalid" } } });
  expect(sent).toEqual([]);
});
