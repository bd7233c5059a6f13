// PostgreSQL's own process behind a connection, where the server runs on this machine: its title says what it does for its client just now.
// Source: PostgreSQL's manual, "Standard Unix Tools" (update_process_title): "postgres: user database host(port) activity", with "waiting" behind it
// while it waits for a lock of another connection. A title is a claim, so the process must also hold the other end of the connection.

import { listDescriptors, readDescriptor } from "./proc/fd.ts";
import { readArguments } from "./proc/cmdline.ts";
import type { SocketEntry, SocketTable } from "./proc/net.ts";
import { listPids } from "./python-process.ts";

export interface PostgresProcess {
  readonly pid: number;
  /** "SELECT waiting", "idle in transaction". */
  readonly activity: string;
}

/** Answers for a client's socket; the titles of all processes are read at the first question that may have an answer, once. */
export type FindPostgres = (client: SocketEntry, sockets: SocketTable) => PostgresProcess | undefined;

interface TitledProcess extends PostgresProcess {
  /** "127.0.0.1(45678)". */
  readonly client: string;
}

const title = /^postgres: .* (\S+\(\d+\)) ([A-Za-z][A-Za-z ()]{0,60})$/;
const mostDescriptors = 256;

export function openPostgresProcesses(): FindPostgres {
  let known: readonly TitledProcess[] | undefined;
  return (client, sockets) => {
    if (client.protocol !== "tcp" || client.peer === undefined || !isOfThisMachine(client)) return undefined;
    known ??= listPids().flatMap((pid) => titledProcess(pid) ?? []);
    const address = titleAddress(client.local);
    return known.find((one) => one.client === address && holdsOtherEnd(one.pid, client, sockets));
  };
}

// Over the loopback, or with one and the same address on both ends.
function isOfThisMachine({ local, peer = "" }: SocketEntry): boolean {
  return /^(?:127\.|\[::1\])/.test(peer) || hostOf(local) === hostOf(peer);
}

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(":"));
}

function titleAddress(local: string): string {
  return `${hostOf(local).replace(/^\[|\]$/g, "")}(${local.slice(local.lastIndexOf(":") + 1)})`;
}

function titledProcess(pid: number): TitledProcess | undefined {
  const read = readArguments(pid);
  const match = typeof read === "object" ? title.exec((read[0] ?? "").trimEnd()) : null;
  return match === null ? undefined : { pid, client: match[1] ?? "", activity: match[2] ?? "" };
}

function holdsOtherEnd(pid: number, { local, peer }: SocketEntry, sockets: SocketTable): boolean {
  const numbers = listDescriptors(pid, mostDescriptors);
  if (typeof numbers !== "object") return false;
  return numbers.some((number) => {
    const descriptor = readDescriptor(pid, number);
    const socket = typeof descriptor === "object" && descriptor.kind === "socket" ? sockets.find(descriptor.inode) : undefined;
    return socket?.peer === local && socket.local === peer;
  });
}
