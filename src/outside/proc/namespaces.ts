// /proc/PID/ns and /proc/PID/uid_map: in which world a process lives. Source: namespaces(7), user_namespaces(7).

import { procPath, readProcLink, readProcText } from "./read-text.ts";

export type NamespaceKind = "mnt" | "pid" | "net" | "user";

// The other kinds (uts, ipc, cgroup, time) change nothing for a reader.
const kinds: readonly NamespaceKind[] = ["mnt", "pid", "net", "user"];

/** The inode number of each namespace; those that the kernel does not let us see are absent. */
export type Namespaces = Readonly<Partial<Record<NamespaceKind, number>>>;

/** One namespace of a process; undefined where it is gone or hidden. */
export function readNamespace(pid: number | "self", kind: NamespaceKind): number | undefined {
  const link = readProcLink(`/proc/${pid}/ns/${kind}`);
  const match = typeof link === "object" ? /:\[(\d+)\]$/.exec(link.text) : null;
  return match === null ? undefined : Number(match[1]);
}

export function readNamespaces(pid: number | "self"): Namespaces {
  const found: Partial<Record<NamespaceKind, number>> = {};
  for (const kind of kinds) {
    const inode = readNamespace(pid, kind);
    if (inode !== undefined) found[kind] = inode;
  }
  return found;
}

/** The kinds in which two processes differ, as far as both are known. */
export function differingNamespaces(one: Namespaces, other: Namespaces): NamespaceKind[] {
  return kinds.filter((kind) => one[kind] !== undefined && other[kind] !== undefined && one[kind] !== other[kind]);
}

/** True where every id of the process's user namespace is itself here: the first user namespace, or one like it. */
export function hasWholeIdMap(pid: number | "self"): boolean | undefined {
  const read = readProcText(pid === "self" ? "/proc/self/uid_map" : `${procPath(pid)}/uid_map`, 4_096);
  return typeof read === "object" ? /^\s*0\s+0\s+4294967295\s*$/.test(read.text) : undefined;
}
