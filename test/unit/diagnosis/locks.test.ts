// Circles of waits, and locks whose holder stands, moves, has ended or is not known.

import { expect, test } from "vitest";
import { judgeWorker } from "../../../src/diagnosis/worker-verdict.ts";
import { waitCircles } from "../../../src/diagnosis/wait-graph.ts";
import { look, observed, thread, wait } from "./made-up-process.ts";

const waiting = "waits for a lock";

test("a thread that waits for its own lock is a deadlock of one", () => {
  const one = thread(["shop.py:14 pay"], waiting, { tid: 7, wait: wait("Lock", [7]) });
  const { verdict } = judgeWorker(observed([one]));
  expect(verdict).toMatchObject({ kind: "deadlock", stuck: true, tids: [7], culprit: { line: 14 }, sinceKnown: true, sinceMs: 5_000 });
  expect(verdict.text).toMatch(/for a Lock that it holds itself; for 5 s\. It will not end by itself$/);
});

test("a circle is told once, whoever else waits for it, and the main thread stands first in it", () => {
  const first = thread(["shop.py:1 a"], waiting, { tid: 1, wait: wait("Lock", [2]) });
  const second = thread(["shop.py:2 b"], waiting, { tid: 2, main: true, wait: wait("RLock", [1], { object: "0x2000" }) });
  const third = thread(["shop.py:3 c"], waiting, { tid: 3, wait: wait("end of a thread", [1]) });
  expect(waitCircles([third, first, second]).map((circle) => circle.map(({ tid }) => tid))).toEqual([[2, 1]]);
  expect(waitCircles([first, second, third])).toHaveLength(1);
});

test("a wait that began during the look, or for another lock, or by a thread that ran, makes no circle", () => {
  const began = thread(["shop.py:1 a"], waiting, { tid: 1, wait: wait("Lock", [1], { throughout: false }) });
  const ran = thread(["shop.py:1 a"], waiting, { tid: 1, ran: true, wait: wait("Lock", [1]) });
  for (const one of [began, ran]) expect(waitCircles([one])).toEqual([]);
});

test("the holder of a lock that sleeps is the culprit, not those that wait for it", () => {
  const holder = thread(["shop.py:12 hold"], "sleeps", { tid: 1, name: "holder" });
  const waiter = thread(["shop.py:30 pay"], waiting, { tid: 2, wait: wait("RLock", [1]) });
  const { verdict } = judgeWorker(observed([waiter, holder]));
  expect(verdict).toMatchObject({ kind: "waits for a lock", stuck: true, culprit: { line: 12 }, tids: [1, 2] });
  expect(verdict.text).toMatch(/for an RLock in pay .*; holder holds it and sleeps in hold /);
});

test("behind a row of locks stands the last holder", () => {
  const root = thread(["shop.py:12 hold"], "reads a socket", { tid: 1, name: "root", call: "recvfrom", timeoutMs: null });
  const between = thread(["shop.py:20 between"], waiting, { tid: 2, wait: wait("Lock", [1], { object: "0x2000" }) });
  const waiter = thread(["shop.py:30 pay"], waiting, { tid: 3, wait: wait("Lock", [2]) });
  for (const { culprit } of judgeWorker(observed([waiter, between, root])).findings.filter(({ kind }) => kind === "waits for a lock"))
    expect(culprit?.line).toBe(12);
});

test("a holder that moves is nobody's hang", () => {
  const holder = thread([], "on CPU", {
    tid: 1,
    looks: [look(["shop.py:1 a"], "sleeps"), look(["shop.py:2 a"], "sleeps"), look(["shop.py:3 a"], "sleeps")],
  });
  const waiter = thread(["shop.py:30 pay"], waiting, { wait: wait("RLock", [1]) });
  const { findings } = judgeWorker(observed([waiter, holder]));
  expect(findings.filter(({ stuck, culprit }) => stuck || culprit !== undefined)).toEqual([]);
});

test("a Lock whose holder is not known says so, and names the line that asks for it", () => {
  const { verdict } = judgeWorker(observed([thread(["shop.py:30 pay"], waiting, { wait: wait("Lock", []) })]));
  expect(verdict).toMatchObject({ kind: "waits for a lock", stuck: true, culprit: { line: 30 } });
  expect(verdict.text).toContain("who holds it is not known (a Lock does not record it)");
});

test("an RLock of a thread that has ended says so", () => {
  const { verdict } = judgeWorker(observed([thread(["shop.py:30 pay"], waiting, { wait: wait("RLock", [], { ownerEnded: true }) })]));
  expect(verdict.text).toContain("the thread that took it has ended without giving it back");
});
