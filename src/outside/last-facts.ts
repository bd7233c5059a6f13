// What is read of a process once, at the end of looking at it for a while: the calls that its threads are blocked in, and who else is part of their waits.
// On the path of `why`, called by observe.ts.

import type { Activity } from "./activity.ts";
import { type BlockedCall, readBlockedCall } from "./blocked-call.ts";
import type { SocketTables } from "./child-processes.ts";
import type { Interpreter } from "./interpreter.ts";
import type { LastRan } from "./last-ran.ts";
import { connectionHolders } from "./pool-connections.ts";
import type { FindPostgres, PostgresProcess } from "./postgres-processes.ts";
import { type Mapping, readMaps } from "./proc/maps.ts";
import { readListeningSockets, type SocketTable } from "./proc/net.ts";
import { semaphoreHolders } from "./shared-semaphores.ts";
import type { ThreadSnapshot } from "./snapshot.ts";
import type { Target } from "./targets.ts";
import type { LoopSnapshot } from "./tasks.ts";

/** Opened once for all processes of a service. */
export interface Ending {
  readonly lastRan: LastRan;
  readonly sockets: SocketTables;
  readonly findPostgres: FindPostgres;
}

interface Opened {
  readonly target: Target;
  readonly interpreter: Interpreter;
}

/** What each thread is blocked in, by tid; a thread that is in no call is not in it. */
export function blockedCalls(
  { target, interpreter }: Opened,
  threads: readonly ThreadSnapshot[],
  sockets: SocketTable,
): Map<number, BlockedCall> {
  let ports: ReadonlySet<number> | undefined;
  let mapped: readonly Mapping[] | undefined;
  const maps = (): readonly Mapping[] => (mapped ??= mappingsOf(target.pid));
  const listeningPorts = (): ReadonlySet<number> =>
    (ports ??= new Set([...readListeningSockets(target.pid).values()].map(({ port }) => port)));
  const surroundings = { memory: interpreter.memory, sockets, listeningPorts, maps };
  return new Map(
    threads.flatMap(({ tid }): [number, BlockedCall][] => {
      const call = readBlockedCall(target.pid, tid, surroundings);
      return call === undefined ? [] : [[tid, call]];
    }),
  );
}

function mappingsOf(pid: number): readonly Mapping[] {
  const maps = readMaps(pid);
  return typeof maps === "object" ? maps : [];
}

/** The processes of PostgreSQL on this machine that threads wait for, by tid. */
export function postgresProcesses(
  { pid }: Target,
  calls: ReadonlyMap<number, BlockedCall>,
  { findPostgres, sockets }: Ending,
): Map<number, PostgresProcess> {
  return new Map(
    [...calls].flatMap(([tid, { socket, fromClient }]): [number, PostgresProcess][] => {
      const found = socket === undefined || fromClient ? undefined : findPostgres(socket, sockets(pid));
      return found === undefined ? [] : [[tid, found]];
    }),
  );
}

/** Threads that wait for a lock of multiprocessing, by tid, with the processes that hold it. */
export function sharedSemaphores(
  { target, interpreter }: Opened,
  threads: readonly ThreadSnapshot[],
  activities: ReadonlyMap<number, Activity>,
): Map<number, readonly number[]> {
  const waiting = threads.filter(({ tid }) => activities.get(tid)?.state === "waits for a lock");
  return new Map(
    waiting.flatMap((thread): [number, readonly number[]][] => {
      const holders = semaphoreHolders(interpreter.heap, target.pid, thread);
      return holders === undefined ? [] : [[thread.tid, holders]];
    }),
  );
}

/** Threads, and tasks by address, with an open connection of a pool that another one waits for. */
export function poolHolders(
  { heap }: Interpreter,
  threads: readonly ThreadSnapshot[],
  loops: readonly LoopSnapshot[],
): { connectionHolders: number[]; connectionTasks: number[] } {
  const holders = connectionHolders(heap, [...threads, ...loops.flatMap(({ tasks }) => tasks)]);
  return {
    connectionHolders: holders.flatMap((one) => ("tid" in one ? [one.tid] : [])),
    connectionTasks: holders.flatMap((one) => ("tid" in one ? [] : [one.address])),
  };
}
