// The open descriptors of a process in words: kind, peer, state, path. One look; `fds` takes several and compares. Nothing is opened or asked of a file.

import { type Descriptor, listDescriptors, readDescriptor } from "./proc/fd.ts";
import { openSocketTable, type SocketEntry, type SocketTable } from "./proc/net.ts";
import type { ProcAnswer } from "./proc/read-text.ts";

export const descriptorKinds = [
  "tcp",
  "udp",
  "unix",
  "socket",
  "pipe",
  "file",
  "memory file",
  "device",
  "eventfd",
  "epoll",
  "timerfd",
  "inotify",
  "signalfd",
  "pidfd",
  "io_uring",
  "other",
] as const;
export type OpenKind = (typeof descriptorKinds)[number];

export interface OpenDescriptor {
  readonly number: number;
  readonly kind: OpenKind;
  /** A path, the peer of a connection, where a socket listens; empty where there is nothing to say. */
  readonly what: string;
  /** "connected", "listening", "CLOSE_WAIT", "client" (a connection that this process accepted); empty for others. */
  readonly state: string;
  /** True for a file that has no name any more. */
  readonly deleted: boolean;
}

export interface DescriptorLook {
  readonly descriptors: readonly OpenDescriptor[];
  /** How many there are, described or not. */
  readonly total: number;
}

// One look at more than that would take longer than the pause between two.
const mostDescribed = 65_536;
const mostListed = 4_194_304;

/** One look at the descriptors of a process; those that were closed meanwhile are left out. */
export function readOpenDescriptors(pid: number): ProcAnswer<DescriptorLook> {
  const numbers = listDescriptors(pid, mostListed);
  if (typeof numbers !== "object") return numbers;
  const found = numbers.slice(0, mostDescribed).flatMap((number) => {
    const descriptor = readDescriptor(pid, number);
    return typeof descriptor === "object" ? [descriptor] : [];
  });
  const sockets = openSocketTable(pid);
  const listening = listeningPorts(found, sockets);
  return { descriptors: found.map((descriptor) => describe(descriptor, sockets, listening)), total: numbers.length };
}

function listeningPorts(found: readonly Descriptor[], sockets: SocketTable): Set<number> {
  const entries = found.flatMap(({ kind, inode }) => (kind === "socket" ? (sockets.find(inode) ?? []) : []));
  return new Set(entries.filter(({ state, port }) => state === "listening" && port > 0).map(({ port }) => port));
}

function describe(descriptor: Descriptor, sockets: SocketTable, listening: ReadonlySet<number>): OpenDescriptor {
  const { number, kind, path } = descriptor;
  if (kind === "socket") return { number, deleted: false, ...describeSocket(sockets.find(descriptor.inode), listening) };
  if (kind === "pipe") return { number, kind: "pipe", what: "", state: "", deleted: false };
  if (kind === "file") return describeFile(number, path);
  return { number, kind: anonymousKind(path), what: anonymousKind(path) === "other" ? path : "", state: "", deleted: false };
}

function describeSocket(entry: SocketEntry | undefined, listening: ReadonlySet<number>): Pick<OpenDescriptor, "kind" | "what" | "state"> {
  if (entry === undefined) return { kind: "socket", what: "", state: "" };
  const { protocol, local, peer = "", port } = entry;
  const state = entry.closing ?? entry.state;
  if (protocol === "unix") return { kind: "unix", what: local, state };
  if (state === "listening" || peer === "") return { kind: protocol, what: local, state };
  // A connection to a port that this process listens on came from a client, whose own port says nothing.
  if (protocol === "tcp" && listening.has(port))
    return { kind: "tcp", what: `to ${local}`, state: state === "connected" ? "client" : `client, ${state}` };
  return { kind: protocol, what: peer, state };
}

// The kernel adds " (deleted)" to the name of a file that has none any more; memfd_create(2) gives such names.
function describeFile(number: number, path: string): OpenDescriptor {
  const deleted = path.endsWith(" (deleted)");
  const what = deleted ? path.slice(0, -" (deleted)".length) : path;
  if (what.startsWith("/memfd:")) return { number, kind: "memory file", what: what.slice(1), state: "", deleted: false };
  // A file opened with O_TMPFILE never had a name: the kernel makes one of its inode.
  const unnamed = deleted ? what.replace(/\/#\d+$/, "/(unnamed)") : what;
  return { number, kind: /^\/dev\/(?!shm\/)/.test(what) ? "device" : "file", what: unnamed, state: "", deleted };
}

// Names of anon_inode files as the kernel gives them (anon_inode_getfile callers): "anon_inode:[eventfd]", "anon_inode:inotify".
const anonymousNames: Readonly<Partial<Record<string, OpenKind>>> = {
  eventfd: "eventfd",
  eventpoll: "epoll",
  timerfd: "timerfd",
  inotify: "inotify",
  signalfd: "signalfd",
  pidfd: "pidfd",
  io_uring: "io_uring",
};

function anonymousKind(link: string): OpenKind {
  const name = /^anon_inode:\[?([a-z_]+)\]?/.exec(link)?.[1] ?? /^([a-z]+):\[/.exec(link)?.[1] ?? "";
  return anonymousNames[name] ?? "other";
}
