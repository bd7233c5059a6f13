// Which TCP ports a process listens on, and who listens on a port, in every network namespace that can be seen.

import { readSocketInodes } from "./proc/fd.ts";
import { readNamespace } from "./proc/namespaces.ts";
import { readListeningSockets, type SocketEntry } from "./proc/net.ts";

export interface PortFinder {
  /** Ports in ascending order; undefined where the process's descriptors are hidden from us or it is gone. */
  portsOf(pid: number): readonly number[] | undefined;
  /** Those of the processes that hold a listening socket on that port. */
  holdersOf(port: number, pids: readonly number[]): number[];
}

/** Reads each network namespace's table once, when it is first needed. */
export function openPortFinder(): PortFinder {
  const tables = new Map<number | string, ReadonlyMap<number, SocketEntry>>();
  const tableOf = (pid: number): ReadonlyMap<number, SocketEntry> => {
    const key = readNamespace(pid, "net") ?? `of ${pid}`;
    const table = tables.get(key) ?? readListeningSockets(pid);
    tables.set(key, table);
    return table;
  };
  return {
    portsOf(pid) {
      // The kernel takes milliseconds for a table: a process without a socket needs none.
      const inodes = readSocketInodes(pid);
      if (typeof inodes === "object" && inodes.size === 0) return [];
      const table = tableOf(pid);
      if (table.size === 0) return [];
      if (typeof inodes !== "object") return undefined;
      const ports = [...inodes].flatMap((inode) => table.get(inode)?.port ?? []);
      return [...new Set(ports)].sort((a, b) => a - b);
    },
    holdersOf(port, pids) {
      return pids.filter((pid) => {
        const wanted = [...tableOf(pid)].filter(([, entry]) => entry.port === port);
        const inodes = wanted.length === 0 ? undefined : readSocketInodes(pid);
        return typeof inodes === "object" && wanted.some(([inode]) => inodes.has(inode));
      });
    },
  };
}
