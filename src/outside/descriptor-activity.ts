// A read, write, accept or connect in words: what the descriptor stands for, and who is at the other end.

import type { ThreadActivity } from "../stacks/model.ts";
import type { Purpose } from "./poll-arguments.ts";
import { type Descriptor, readDescriptor } from "./proc/fd.ts";
import type { SocketEntry, SocketTable } from "./proc/net.ts";

interface Described {
  readonly state: ThreadActivity;
  readonly detail?: string;
}

/** Undefined where the descriptor is closed, hidden or of a kind that the words do not cover. */
export function callOnDescriptor(
  { purpose, descriptor: number }: { readonly purpose: Purpose; readonly descriptor: number },
  { pid, sockets }: { readonly pid: number; readonly sockets: SocketTable },
): Described | undefined {
  const descriptor = readDescriptor(pid, number);
  if (typeof descriptor !== "object") return undefined;
  if (purpose === "lock") return { state: "waits for a lock", detail: descriptor.path };
  if (descriptor.kind === "socket") return socketActivity(purpose, sockets.find(descriptor.inode));
  return purpose === "accept" || purpose === "connect" ? undefined : fileActivity(purpose, descriptor);
}

function socketActivity(purpose: Purpose, socket: SocketEntry | undefined): Described {
  // A listening socket that is polled for reading is waited on for connections.
  if (purpose === "accept" || socket?.state === "listening") return withDetail("accepts connections", "on", socket?.local);
  if (purpose === "connect" || socket?.state === "connecting") return withDetail("connects", "to", otherEnd(socket));
  return purpose === "read"
    ? withDetail("reads a socket", "from", otherEnd(socket))
    : withDetail("writes a socket", "to", otherEnd(socket));
}

// The kernel's table does not name the peer of a unix socket; the path, where it has one, is that of the accepting side.
function otherEnd(socket: SocketEntry | undefined): string | undefined {
  return socket?.protocol === "unix" ? socket.local : socket?.peer;
}

function withDetail(state: ThreadActivity, word: string, where: string | undefined): Described {
  return where === undefined || where === "" ? { state } : { state, detail: `${word} ${where}` };
}

function fileActivity(purpose: Purpose, { kind, path }: Descriptor): Described | undefined {
  const reads = purpose === "read";
  if (kind === "pipe") return { state: reads ? "reads a pipe" : "writes a pipe" };
  if (kind === "file") return { state: reads ? "reads a file" : "writes a file", detail: path };
  return { state: "in a system call", detail: `${reads ? "read" : "write"} of ${path}` };
}
