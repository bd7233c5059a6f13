// Lines of JSON: whatever arrives, in whatever pieces, becomes documents or one problem.

import { expect, test } from "vitest";
import { createLineReader } from "../../../src/wire/json-lines.ts";

function read(bytes: Buffer, pieceBytes: number, maxBytes = 1_000): { documents: unknown[]; problem: string | undefined } {
  const reader = createLineReader(maxBytes);
  const documents: unknown[] = [];
  let problem: string | undefined;
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const found = reader.push(bytes.subarray(at, at + pieceBytes));
    documents.push(...found.documents);
    problem = found.problem;
  }
  return { documents, problem };
}

test.each([1, 2, 3, 7, 1_000])("documents come out whole when bytes arrive %i at a time", (pieceBytes) => {
  const bytes = Buffer.from('{"a":"ü€𝄞"}\n{"b":[1,"]]]"]}\n{"unfinished":');
  expect(read(bytes, pieceBytes)).toEqual({ documents: [{ a: "ü€𝄞" }, { b: [1, "]]]"] }], problem: undefined });
});

test("a line that never ends is given up at the limit, not kept", () => {
  expect(read(Buffer.alloc(5_000, 0x20), 100).problem).toBe("it sent a line of more than 1000 bytes");
  expect(read(Buffer.from(`{"a":"${"x".repeat(992)}"}\n`), 100).documents).toHaveLength(1);
  expect(read(Buffer.from(`{"a":"${"x".repeat(993)}"}\n`), 5_000).problem).toBe("it sent a line of more than 1000 bytes");
});

test.each([
  [Buffer.from([0x22, 0xff, 0x22, 0x0a]), "it sent a line that is not UTF-8"],
  [Buffer.from("nonsense\n"), "it sent a line that is not JSON"],
  [Buffer.from("\n"), "it sent a line that is not JSON"],
  [Buffer.from("[1]\n"), "it sent JSON that is no object"],
  [Buffer.from("null\n"), "it sent JSON that is no object"],
  [Buffer.from(`{"a":${"[".repeat(200)}${"]".repeat(200)}}\n`), "it sent JSON nested more than 200 deep"],
])("%j ends the talk in words", (bytes, problem) => {
  expect(read(Buffer.concat([Buffer.from('{"first":1}\n'), bytes, Buffer.from('{"after":1}\n')]), 10)).toEqual({
    documents: [{ first: 1 }],
    problem,
  });
});

test("brackets inside strings do not count as nesting", () => {
  expect(read(Buffer.from(`{"a":"\\"${"[".repeat(500)}"}\n`), 1_000).documents).toHaveLength(1);
});

test("a key __proto__ is a key like any other", () => {
  const [document] = read(Buffer.from('{"__proto__":{"polluted":true}}\n'), 1_000).documents;
  expect(Object.keys(document as object)).toEqual(["__proto__"]);
  expect("polluted" in {}).toBe(false);
});

test("random bytes and broken documents never throw", () => {
  let seed = 12_345;
  const random = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
  const whole = Buffer.from('{"jsonrpc":"2.0","id":1,"result":{"value":["a",{"b":null}],"text":"\\u00e9\\n"}}\n');
  let understood = 0;
  for (let round = 0; round < 20_000; round += 1) {
    const bytes = Buffer.from(whole);
    for (let change = random(4); change > 0; change -= 1) bytes[random(bytes.length)] = random(256);
    understood += read(bytes, 1 + random(90)).documents.length > 0 ? 1 : 0;
  }
  expect(understood).toBeGreaterThan(1_000);
  expect(understood).toBeLessThan(20_000);
});
