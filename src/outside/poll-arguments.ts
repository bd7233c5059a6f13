// Which descriptor a system call is about: its argument, or for poll and select the set that lies in the target's memory.
// A Python socket with a timeout waits in poll before it reads: without this step it would only "wait in poll".

import { u64 } from "../base/bytes.ts";
import type { Memory } from "./memory.ts";

export type Purpose = "read" | "write" | "accept" | "connect" | "lock";

export type Awaited =
  | { readonly purpose: Purpose; readonly descriptor: number }
  | { readonly purpose: "sleep" }
  /** Several descriptors, or a set that can't be read. */
  | { readonly purpose: "poll"; readonly count: number };

const descriptorCalls: Readonly<Partial<Record<string, Purpose>>> = {
  read: "read",
  readv: "read",
  pread64: "read",
  recvfrom: "read",
  recvmsg: "read",
  recvmmsg: "read",
  write: "write",
  writev: "write",
  pwrite64: "write",
  sendto: "write",
  sendmsg: "write",
  sendmmsg: "write",
  sendfile: "write",
  accept: "accept",
  accept4: "accept",
  connect: "connect",
  flock: "lock",
  fcntl: "lock",
};

// F_SETLKW and F_OFD_SETLKW (include/uapi/asm-generic/fcntl.h): the only fcntl commands that wait.
const lockCommands: readonly number[] = [7, 38];

/** Undefined where the call is about no descriptor. */
export function awaitedDescriptor(
  name: string | undefined,
  callArguments: readonly number[],
  memory: Memory | undefined,
): Awaited | undefined {
  const [first = 0, second = 0, third = 0] = callArguments;
  if (name === "poll" || name === "ppoll") return pollSet(first, second, memory);
  if (name === "select" || name === "pselect6") return selectSet(first, second, third, memory);
  if (name === "fcntl" && !lockCommands.includes(second)) return undefined;
  const purpose = name === undefined ? undefined : descriptorCalls[name];
  return purpose === undefined ? undefined : { purpose, descriptor: first % 2 ** 32 };
}

// struct pollfd {int fd; short events; short revents}; POLLIN 1, POLLOUT 4 (include/uapi/asm-generic/poll.h).
function pollSet(address: number, count: number, memory: Memory | undefined): Awaited {
  if (count === 0) return { purpose: "sleep" };
  const entry = count === 1 ? memory?.read(address, 8) : undefined;
  if (entry === undefined) return { purpose: "poll", count };
  return { purpose: (entry.readInt16LE(4) & 1) !== 0 ? "read" : "write", descriptor: entry.readInt32LE(0) };
}

// fd_set is 1024 bits (FD_SETSIZE); the kernel writes to it only when the wait is over.
const mostSelected = 1_024;

function selectSet(count: number, readSet: number, writeSet: number, memory: Memory | undefined): Awaited {
  if (count === 0 || (readSet === 0 && writeSet === 0)) return { purpose: "sleep" };
  const reads = setBits(readSet, count, memory);
  const writes = setBits(writeSet, count, memory);
  if (reads === undefined || writes === undefined) return { purpose: "poll", count: 0 };
  const [descriptor] = [...reads, ...writes];
  if (descriptor === undefined) return { purpose: "sleep" };
  // gunicorn's sync worker selects over its listening sockets and a pipe: the first descriptor tells what for.
  if (reads.length > 0 && writes.length === 0) return { purpose: "read", descriptor };
  return reads.length + writes.length === 1 ? { purpose: "write", descriptor } : { purpose: "poll", count: reads.length + writes.length };
}

function setBits(address: number, count: number, memory: Memory | undefined): number[] | undefined {
  if (address === 0) return [];
  const words = Math.ceil(Math.min(count, mostSelected) / 64);
  const bytes = memory?.read(address, words * 8);
  if (bytes === undefined) return undefined;
  const set: number[] = [];
  for (let bit = 0; bit < words * 64; bit += 1) {
    if (bit % 64 === 0 && u64(bytes, bit / 8) === 0) bit += 63;
    else if (((bytes[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0) set.push(bit);
  }
  return set;
}
