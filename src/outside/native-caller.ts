// Which shared library called the system call that a thread is blocked in: a client library in C (libpq below psycopg2) leaves no Python frame.
// The first return address above the stack pointer that lies outside of the C library is its caller's.

import { basename } from "node:path";
import type { Memory } from "./memory.ts";
import type { Mapping } from "./proc/maps.ts";
import type { CallRegisters } from "./proc/syscall.ts";

const bytesLookedAt = 2_048;

/** "libpq" for /usr/lib/libpq.so.5.15; undefined where no library can be told, or where the file is no shared library. */
export function nativeCaller(memory: Memory, maps: readonly Mapping[], { stackPointer, instruction }: CallRegisters): string | undefined {
  const code = maps.filter(({ executable, path }) => executable && path.startsWith("/"));
  const own = mappingAt(code, instruction)?.path;
  const stack = memory.read(stackPointer, bytesLookedAt) ?? memory.read(stackPointer, bytesLookedAt / 8);
  for (let at = 0; stack !== undefined && at + 8 <= stack.length; at += 8) {
    // Six bytes are the address: aarch64 may keep a signature in the upper two.
    const path = mappingAt(code, stack.readUIntLE(at, 6))?.path;
    if (path !== undefined && path !== own && !isPlumbing(path)) return libraryName(path);
  }
  return undefined;
}

function mappingAt(maps: readonly Mapping[], address: number): Mapping | undefined {
  return maps.find(({ start, end }) => address >= start && address < end);
}

// Older C libraries have threads, and with them the cancellation of a call, in a file of their own.
function isPlumbing(path: string): boolean {
  return /\/(?:libpthread|ld-linux|ld-musl)[^/]*$/.test(path);
}

// auditwheel adds a hash of the file to the name: libpq-9b38f5e3.so.5.17.
function libraryName(path: string): string | undefined {
  return /^(lib[A-Za-z0-9_+]+)(?:[-.].*)?\.so(?:\.|$)/.exec(basename(path))?.[1];
}
