// /proc/PID/net/{tcp,tcp6,udp,udp6,unix}: sockets of the network namespace of a process, by inode.
// Source: proc_pid_net(5), net/ipv4/tcp_ipv4.c (addresses are words of the host's byte order), include/net/tcp_states.h.

import { procPath, readProcBytes } from "./read-text.ts";

type SocketState = "listening" | "connected" | "connecting" | "closing" | "unconnected";

export interface SocketEntry {
  readonly protocol: "tcp" | "udp" | "unix";
  readonly state: SocketState;
  /** "127.0.0.1:8000", "[::1]:8000", the path of a unix socket ("@" begins an abstract one), or empty. */
  readonly local: string;
  readonly peer?: string;
  /** Local port; 0 for unix sockets. */
  readonly port: number;
  /** Of a TCP connection that is "closing": how far. CLOSE_WAIT: the peer has closed, this process has not. */
  readonly closing?: string;
}

/** Sockets by inode; each table of the kernel is read when it is first needed, once. */
export interface SocketTable {
  find(inode: number): SocketEntry | undefined;
  /** Paths on which unix sockets listen. */
  listeningPaths(): readonly string[];
}

type Entries = Map<number, SocketEntry>;

// About 100,000 connections; what lies beyond is not found, which shows as a socket without a peer.
const mostBytes = 16 * 1024 * 1024;
const tables = ["tcp", "tcp6", "unix", "udp", "udp6"] as const;

/** The sockets of the network namespace of `pid`. */
export function openSocketTable(pid: number): SocketTable {
  const read = new Map<string, Entries>();
  const entriesOf = (table: (typeof tables)[number]): Entries => {
    const entries = read.get(table) ?? readTable(pid, table);
    read.set(table, entries);
    return entries;
  };
  return {
    find(inode) {
      for (const table of tables) {
        const entry = entriesOf(table).get(inode);
        if (entry !== undefined) return entry;
      }
      return undefined;
    },
    listeningPaths: () =>
      [...entriesOf("unix").values()].flatMap(({ state, local }) => (state === "listening" && local !== "" ? [local] : [])),
  };
}

function readTable(pid: number, table: (typeof tables)[number]): Entries {
  const answer = readProcBytes(`${procPath(pid)}/net/${table}`, mostBytes);
  const text = typeof answer === "object" ? answer.bytes.toString("utf8") : "";
  return table === "unix" ? parseUnixTable(text) : parseInternetTable(text, table.startsWith("tcp") ? "tcp" : "udp");
}

// The kernel lists listening sockets first, so the first megabyte holds all of them on any machine.
const listeningBytes = 1024 * 1024;

/** The listening TCP sockets of the network namespace of `pid`: inode and entry. */
export function readListeningSockets(pid: number): ReadonlyMap<number, SocketEntry> {
  const found: Entries = new Map();
  for (const table of ["tcp", "tcp6"] as const) {
    const answer = readProcBytes(`${procPath(pid)}/net/${table}`, listeningBytes);
    if (typeof answer !== "object") continue;
    for (const [inode, entry] of parseInternetTable(answer.bytes.toString("latin1"), "tcp")) {
      if (entry.state === "listening") found.set(inode, entry);
    }
  }
  return found;
}

/** The listening unix sockets of the network namespace of `pid`: inode and entry. A path is what its binder chose, and may even look like a line of its own. */
export function readListeningUnixSockets(pid: number): ReadonlyMap<number, SocketEntry> {
  return new Map([...readTable(pid, "unix")].filter(([, { state }]) => state === "listening"));
}

/** One line per socket: "sl local remote st ... uid timeout inode". Lines of another form are left out. */
export function parseInternetTable(text: string, protocol: "tcp" | "udp"): Entries {
  const entries: Entries = new Map();
  for (const line of text.split("\n")) {
    const match = /^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]{2}) \S+ \S+ \S+ +\d+ +\d+ (\d+)/.exec(line);
    if (match === null || match[6] === "0") continue;
    const [, local = "", localPort = "", remote = "", remotePort = "", state = ""] = match;
    const port = Number.parseInt(localPort, 16);
    const peerPort = Number.parseInt(remotePort, 16);
    entries.set(Number(match[6]), {
      protocol,
      state: internetState(protocol, Number.parseInt(state, 16)),
      local: `${formatAddress(local)}:${port}`,
      port,
      ...(peerPort === 0 ? {} : { peer: `${formatAddress(remote)}:${peerPort}` }),
      ...closingOf(protocol, Number.parseInt(state, 16)),
    });
  }
  return entries;
}

const closingStates: Readonly<Partial<Record<number, string>>> = {
  4: "FIN_WAIT1",
  5: "FIN_WAIT2",
  6: "TIME_WAIT",
  8: "CLOSE_WAIT",
  9: "LAST_ACK",
  11: "CLOSING",
};

function closingOf(protocol: "tcp" | "udp", state: number): { closing?: string } {
  const closing = protocol === "tcp" ? closingStates[state] : undefined;
  return closing === undefined ? {} : { closing };
}

function internetState(protocol: "tcp" | "udp", state: number): SocketState {
  if (state === 1) return "connected";
  if (protocol === "udp" || state === 7) return "unconnected";
  if (state === 2 || state === 3) return "connecting";
  return state === 10 ? "listening" : "closing";
}

/** One line per socket: "num refcount protocol flags type st inode path". */
export function parseUnixTable(text: string): Entries {
  const entries: Entries = new Map();
  for (const line of text.split("\n")) {
    const match = /^[0-9a-f]+: [0-9A-F]{8} [0-9A-F]{8} ([0-9A-F]{8}) [0-9A-F]{4} ([0-9A-F]{2}) +(\d+)(?: (.*))?$/.exec(line);
    if (match === null) continue;
    // __SO_ACCEPTCON is 0x10000 (include/linux/net.h); SS_CONNECTING is 2, SS_CONNECTED 3.
    const listening = (Number.parseInt(match[1] ?? "0", 16) & 0x10000) !== 0;
    const state = listening ? "listening" : match[2] === "03" ? "connected" : match[2] === "02" ? "connecting" : "unconnected";
    entries.set(Number(match[3]), { protocol: "unix", state, local: match[4] ?? "", port: 0 });
  }
  return entries;
}

/** Eight or 32 hexadecimal digits, each word of four bytes in little-endian order, as people write the address. */
export function formatAddress(digits: string): string {
  const bytes = Buffer.from(digits, "hex");
  if (bytes.length !== 4 && bytes.length !== 16) return digits;
  bytes.swap32();
  if (bytes.length === 4) return bytes.join(".");
  const mapped = bytes.subarray(0, 12).equals(mappedPrefix);
  return mapped ? bytes.subarray(12).join(".") : `[${compress(bytes)}]`;
}

// ::ffff:0:0/96, IPv4 in IPv6 (RFC 4291 section 2.5.5.2).
const mappedPrefix = Buffer.from("00000000000000000000ffff", "hex");

// RFC 5952: the longest run of two or more zero groups becomes "::".
function compress(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  const runs = [...groups.join(":").matchAll(/(?:^|(?<=:))0(?::0)+(?=:|$)/g)].sort((a, b) => b[0].length - a[0].length);
  const run = runs[0];
  if (run === undefined) return groups.join(":");
  const text = groups.join(":");
  return `${text.slice(0, run.index).replace(/:$/, "")}::${text.slice(run.index + run[0].length).replace(/^:/, "")}`;
}
