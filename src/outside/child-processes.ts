// The processes that descend from a process, of whatever program: found by one look at every process's parent, described from /proc alone.

import { type Activity, threadActivity } from "./activity.ts";
import { readArguments } from "./proc/cmdline.ts";
import { openSocketTable, type SocketTable } from "./proc/net.ts";
import { readProcLink } from "./proc/read-text.ts";
import { type ProcessStat, readStat, ticksPerSecond } from "./proc/stat.ts";
import { listPids } from "./python-process.ts";

export interface Descendant {
  readonly stat: ProcessStat;
  /** 1 for a child, 2 for a child's child. */
  readonly depth: number;
}

const mostDepth = 64;

/** Every process by parent, the oldest child first: one look for all questions of an answer. */
export function readParents(): ReadonlyMap<number, readonly ProcessStat[]> {
  const children = new Map<number, ProcessStat[]>();
  for (const pid of listPids()) {
    const stat = readStat(pid);
    if (typeof stat !== "object") continue;
    const siblings = children.get(stat.ppid);
    if (siblings === undefined) children.set(stat.ppid, [stat]);
    else siblings.push(stat);
  }
  for (const siblings of children.values()) siblings.sort((a, b) => a.startTicks - b.startTicks || a.pid - b.pid);
  return children;
}

/** The descendants of a process in the order of a tree: each stands right below its parent. */
export function descendantsOf(pid: number, parents: ReadonlyMap<number, readonly ProcessStat[]>): Descendant[] {
  const found: Descendant[] = [];
  const seen = new Set([pid]);
  const visit = (parent: number, depth: number): void => {
    for (const stat of depth > mostDepth ? [] : (parents.get(parent) ?? [])) {
      // A pid that was given anew while /proc was walked could make a circle.
      if (seen.has(stat.pid)) continue;
      seen.add(stat.pid);
      found.push({ stat, depth });
      visit(stat.pid, depth + 1);
    }
  };
  visit(pid, 1);
  return found;
}

export interface ProgramFacts {
  /** Path of the program; empty where the kernel does not show it. */
  readonly executable: string;
  readonly arguments: readonly string[];
  readonly activity: Activity;
}

const states: Readonly<Partial<Record<string, Activity["state"]>>> = { Z: "ended", X: "ended", T: "stopped", t: "stopped" };

/** The socket tables of one answer: read once for each network namespace. */
export type SocketTables = (pid: number) => SocketTable;

export function openSocketTables(): SocketTables {
  const tables = new Map<string, SocketTable>();
  return (pid) => {
    const link = readProcLink(`/proc/${pid}/ns/net`);
    const namespace = typeof link === "object" ? link.text : String(pid);
    const table = tables.get(namespace) ?? openSocketTable(pid);
    tables.set(namespace, table);
    return table;
  };
}

/** What a process runs and does; its arguments are as it left them, unredacted. */
export function describeProgram({ pid, state }: ProcessStat, tables: SocketTables): ProgramFacts {
  const link = readProcLink(`/proc/${pid}/exe`);
  const words = readArguments(pid);
  const settled = states[state];
  const activity =
    settled === undefined
      ? threadActivity({ pid, tid: pid, holdsGil: false, waitsForGil: false, sockets: tables(pid) })
      : { state: settled };
  return { executable: typeof link === "object" ? link.text : "", arguments: typeof words === "object" ? words : [], activity };
}

export function busyMs({ userTicks, systemTicks }: ProcessStat): number {
  return ((userTicks + systemTicks) * 1_000) / ticksPerSecond;
}
