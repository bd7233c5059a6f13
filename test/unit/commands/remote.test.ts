// The answers of several workers as one: equal ones once, the most frequent first, silent ones named.

import { expect, test } from "vitest";
import { Failure } from "../../../src/base/failure.ts";
import type { AgentPeer } from "../../../src/commands/agent-peers.ts";
import { mergeAnswers } from "../../../src/commands/remote.ts";
import { callAnswerSchema } from "../../../src/protocol/agent-messages.ts";

function peer(pid: number): AgentPeer {
  return {
    pid,
    label: `shop/${pid}`,
    optional: false,
    connect: () => Promise.reject(new Error("not here")),
    explained: (failure) => failure,
  };
}

function answered(pid: number, answer: unknown) {
  return { peer: peer(pid), answer: callAnswerSchema().parse(answer) };
}

test("equal answers stand once whatever the order of their keys, the most frequent first, with the longest time", () => {
  const { answers } = mergeAnswers({
    answers: [
      answered(1, { value: { a: 1, b: 2 }, durationMs: 3 }),
      answered(2, { value: "other", durationMs: 1 }),
      answered(3, { value: "most", durationMs: 5 }),
      answered(4, { value: "most", durationMs: 9 }),
      answered(5, { value: { b: 2, a: 1 }, durationMs: 4 }),
      answered(6, { value: "most", durationMs: 1 }),
    ],
    silent: [],
  });
  expect(answers.map(({ workers, durationMs }) => [workers.map(({ pid }) => pid), durationMs])).toEqual([
    [[3, 4, 6], 9],
    [[1, 5], 4],
    [[2], 1],
  ]);
});

test("answers of which one was cut are not equal", () => {
  const cut = [{ what: "rows", shown: 1, of: 2 }];
  expect(mergeAnswers({ answers: [answered(1, { value: 1 }), answered(2, { value: 1, cut })], silent: [] }).answers).toHaveLength(2);
});

test("what each hid is summed, and who said nothing is named with why and the way out", () => {
  const hid = (count: number) => ({ value: count, redactions: [{ rule: "name: password", count }] });
  const failure = new Failure({ code: "agent-silent", message: "stopped", hint: "kill -CONT 3" });
  const merged = mergeAnswers({ answers: [answered(1, hid(2)), answered(2, hid(3))], silent: [{ peer: peer(3), answer: failure }] });
  expect(merged.redactions).toEqual([{ rule: "name: password", count: 5 }]);
  expect(merged.silent).toEqual([{ pid: 3, label: "shop/3", why: "stopped", remedy: "kill -CONT 3" }]);
});
