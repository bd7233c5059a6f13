// The shared library that called a system call, from the words above the stack pointer.

import { expect, test } from "vitest";
import type { Memory } from "../../../src/outside/memory.ts";
import { nativeCaller } from "../../../src/outside/native-caller.ts";
import { parseMaps } from "../../../src/outside/proc/maps.ts";

const maps = parseMaps(
  [
    "1000000-1100000 r-xp 00000000 fe:00 1 /usr/lib/x86_64-linux-gnu/libc.so.6",
    "2000000-2100000 r-xp 00000000 fe:00 2 /env/psycopg2_binary.libs/libpq-9b38f5e3.so.5.17",
    "3000000-3100000 r-xp 00000000 fe:00 3 /env/psycopg2/_psycopg.cpython-312-x86_64-linux-gnu.so",
    "4000000-4100000 r-xp 00000000 fe:00 4 /usr/bin/python3.12",
    "5000000-5100000 rw-p 00000000 fe:00 2 /env/psycopg2_binary.libs/libpq-9b38f5e3.so.5.17",
  ].join("\n"),
);
const stackPointer = 0x7f00_0000;
const registers = { stackPointer, instruction: 0x1000100 };

function stackOf(words: readonly bigint[]): Memory {
  const bytes = Buffer.alloc(2_048);
  for (const [index, word] of words.entries()) bytes.writeBigUInt64LE(word, index * 8);
  return {
    read: (address, sizeBytes) => (address === stackPointer ? bytes.subarray(0, sizeBytes) : undefined),
    readInto: () => false,
    reads: 0,
  };
}

test("the first library above the C library is the caller; what lies further out, and data, are not", () => {
  expect(nativeCaller(stackOf([7n, 0x1000200n, 0x5000010n, 0x2000400n, 0x3000400n, 0x4000400n]), maps, registers)).toBe("libpq");
});

test("a return address that aarch64 has signed counts like any other", () => {
  expect(nativeCaller(stackOf([0x00a7_0000_0200_0400n]), maps, registers)).toBe("libpq");
});

test("a module of Python's, and the interpreter, are no client library", () => {
  expect(nativeCaller(stackOf([0x3000400n, 0x2000400n]), maps, registers)).toBeUndefined();
  expect(nativeCaller(stackOf([0x4000400n, 0x2000400n]), maps, registers)).toBeUndefined();
});

test("a stack that can't be read has no caller", () => {
  expect(nativeCaller({ read: () => undefined, readInto: () => false, reads: 0 }, maps, registers)).toBeUndefined();
});
