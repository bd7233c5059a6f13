// The system call that a thread is blocked in, as a diagnosis wants it: its name, its time-out, and whether its socket is one that a client opened.
// A Python socket with a time-out waits in poll with what is left of it (Modules/socketmodule.c, internal_select); one without waits in recv itself.

import { i64 } from "../base/bytes.ts";
import type { Memory } from "./memory.ts";
import { nativeCaller } from "./native-caller.ts";
import { awaitedDescriptor } from "./poll-arguments.ts";
import { readDescriptor } from "./proc/fd.ts";
import type { Mapping } from "./proc/maps.ts";
import type { SocketEntry, SocketTable } from "./proc/net.ts";
import { readCurrentCall } from "./proc/syscall.ts";
import { systemCallName } from "./system-calls.ts";

export interface BlockedCall {
  /** "recvfrom", "poll". */
  readonly name: string;
  /** Milliseconds that the call was given; null where it waits without end, undefined where that is not one of its arguments. */
  readonly timeoutMs: number | null | undefined;
  /** True where it is about a connection that this machine accepted: the other end is a client, which may be silent as long as it likes. */
  readonly fromClient: boolean;
  /** The shared library that made the call, "libpq"; only for a socket that is no client's, and only where that can be told. */
  readonly library?: string | undefined;
  /** Where the other end may be that a unix socket does not name: every path on which its network namespace listens. */
  readonly listeningPaths?: readonly string[] | undefined;
  /** The socket itself. */
  readonly socket?: SocketEntry | undefined;
}

/** What the call needs to be understood; opened once per process. */
export interface CallSurroundings {
  readonly memory: Memory;
  readonly sockets: SocketTable;
  /** Ports on which the network namespace accepts connections. */
  readonly listeningPorts: () => ReadonlySet<number>;
  readonly maps: () => readonly Mapping[];
}

/** Undefined where the thread is in no call, or in one that no waiting thread was expected in. */
export function readBlockedCall(pid: number, tid: number, surroundings: CallSurroundings): BlockedCall | undefined {
  const call = readCurrentCall(pid, tid);
  if (typeof call !== "object" || call.kind !== "call") return undefined;
  const name = systemCallName(call.number);
  if (name === undefined) return undefined;
  const awaited = awaitedDescriptor(name, call.arguments, surroundings.memory);
  const socket = awaited !== undefined && "descriptor" in awaited ? socketOf(pid, awaited.descriptor, surroundings) : undefined;
  const facts = { name, timeoutMs: timeoutOf(name, call.arguments, surroundings.memory) };
  if (socket === undefined || socket.state === "listening") return { ...facts, fromClient: false };
  const fromClient = isAccepted(socket, surroundings);
  return {
    ...facts,
    fromClient,
    socket,
    library: fromClient ? undefined : nativeCaller(surroundings.memory, surroundings.maps(), call.registers),
    listeningPaths: socket.protocol === "unix" && !fromClient ? surroundings.sockets.listeningPaths() : undefined,
  };
}

const withoutEnd: ReadonlySet<string> = new Set([
  "read",
  "readv",
  "write",
  "writev",
  "recvfrom",
  "recvmsg",
  "sendto",
  "sendmsg",
  "connect",
  "accept",
  "accept4",
  "flock",
  "fcntl",
  "wait4",
  "waitid",
]);

// poll(fds, count, milliseconds as int), ppoll(fds, count, timespec), select and pselect6(count, read, write, except, time), epoll_wait(epoll, events, count, milliseconds).
function timeoutOf(name: string, callArguments: readonly number[], memory: Memory): number | null | undefined {
  if (withoutEnd.has(name)) return null;
  const [, , third = 0, fourth = 0, fifth = 0] = callArguments;
  if (name === "poll") return milliseconds(third);
  if (name === "epoll_wait" || name === "epoll_pwait") return milliseconds(fourth);
  if (name === "ppoll") return timespec(third, memory, 1_000_000);
  if (name === "pselect6") return timespec(fifth, memory, 1_000_000);
  return name === "select" ? timespec(fifth, memory, 1_000) : undefined;
}

// The kernel shows 64 bits of which an int is the lower half; a negative one waits without end.
function milliseconds(argument: number): number | null {
  const value = argument % 2 ** 32;
  return argument >= 2 ** 63 || value >= 2 ** 31 ? null : value;
}

// Seconds and then nanoseconds (timespec) or microseconds (timeval).
function timespec(address: number, memory: Memory, perMillisecond: number): number | null | undefined {
  if (address === 0) return null;
  const bytes = memory.read(address, 16);
  return bytes === undefined ? undefined : Math.round(i64(bytes, 0) * 1_000 + i64(bytes, 8) / perMillisecond);
}

function socketOf(pid: number, number: number, { sockets }: CallSurroundings): SocketEntry | undefined {
  const descriptor = readDescriptor(pid, number);
  return typeof descriptor === "object" && descriptor.kind === "socket" ? sockets.find(descriptor.inode) : undefined;
}

// The accepting side of a unix socket is the one that has the path.
function isAccepted(socket: SocketEntry, { listeningPorts }: CallSurroundings): boolean {
  return socket.protocol === "unix" ? socket.local !== "" : socket.peer !== undefined && listeningPorts().has(socket.port);
}
