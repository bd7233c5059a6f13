// What was seen of a service over about a second: the only input of a diagnosis. Facts, no judgement; made by src/commands/observation.ts from src/outside.

import type { Frame, ThreadActivity } from "../stacks/model.ts";

/** One look at a thread. */
export interface ThreadLook {
  /** Innermost first; empty where the stack never held still. */
  readonly frames: readonly Frame[];
  readonly state: ThreadActivity;
  readonly detail?: string | undefined;
  readonly holdsGil: boolean;
}

/** A thread that is waited for, and how that is known. */
export interface Owner {
  readonly tid: number;
  /** "records": the lock or object names its owner. "inside with": a frame of the owner is inside a `with` on the lock. */
  readonly how: "records" | "inside with";
  /** Where the owner took it, for "inside with". */
  readonly frame?: Frame | undefined;
}

/** What a thread waits for at the end of the look, where it is an object of Python's. */
export interface ObjectWait {
  readonly kind: "Lock" | "RLock" | "lock of multiprocessing" | "import of a module" | "end of a thread";
  /** Tells objects of one process apart: the same in two waits means the same object. */
  readonly object: string;
  readonly owners: readonly Owner[];
  /** True where the lock names a thread that is not there any more. */
  readonly ownerEnded: boolean;
  /** True where it was the same object at the first look. */
  readonly throughout: boolean;
}

export interface ThreadObservation {
  readonly tid: number;
  readonly name: string;
  readonly main: boolean;
  /** In order of time; all of one thread. */
  readonly looks: readonly ThreadLook[];
  /** Share of one core over the look. */
  readonly cpuShare: number;
  /** How long ago it last ran, at the end of the look; undefined where the kernel does not say. */
  readonly lastRanMs: number | undefined;
  /** True where it ran at all between the first look and the last. */
  readonly ran: boolean;
  /** How often in a second it began to wait. */
  readonly waitsPerSecond: number;
  /** True where it is in the very wait of the first look, as far as its variables tell; asked only in waits for a pool or a server. */
  readonly sameWait: boolean;
  readonly wait: ObjectWait | undefined;
  /** The system call that it is blocked in at the last look; empty where it is in none. */
  readonly call: string;
  /** Milliseconds that this call was given; null where it waits without end, undefined where that can't be told. */
  readonly timeoutMs: number | null | undefined;
  /** True where the socket that it waits for was opened by a client. */
  readonly fromClient: boolean;
  /** The library in C that waits, "libpq", where one was found. */
  readonly library?: string | undefined;
  /** Where a unix socket of no known other end may lead: the paths on which its network namespace listens. */
  readonly listeningPaths?: readonly string[] | undefined;
  /** True where it runs an event loop. */
  readonly runsLoop: boolean;
  /** The request it serves, where one was found: "GET /checkout/<item>". */
  readonly request?: string | undefined;
  /** Other processes in its wait: who holds the file lock, which child it waits for, who has the pipe's other end. */
  readonly others: readonly string[];
}

export interface TaskObservation {
  readonly id: string;
  readonly name: string;
  readonly running: boolean;
  /** Thread of its event loop; 0 where none runs it. */
  readonly tid: number;
  /** Tasks that it awaits, at the first look and at the last. */
  readonly awaits: readonly string[];
  /** Tasks that are inside an `async with` on the asyncio.Lock that it waits for; undefined where it waits for none. */
  readonly lockOwners: readonly string[] | undefined;
  readonly frames: readonly Frame[];
  readonly waitsFor: string;
  /** True where it stood at the same place at the first look. */
  readonly throughout: boolean;
  /** True where that was the very same wait, as far as its variables tell; asked only in waits for a pool or a server. */
  readonly sameWait: boolean;
  /** The server whose answer it waits for, where its library tells: "10.0.0.5:5432". */
  readonly peer?: string | undefined;
  readonly request?: string | undefined;
}

export interface ProcessObservation {
  readonly pid: number;
  /** "shop/2". */
  readonly name: string;
  readonly role: string;
  /** How long it was looked at. */
  readonly durationMs: number;
  readonly threads: readonly ThreadObservation[];
  readonly tasks: readonly TaskObservation[];
  /** Tasks that were there and not read. */
  readonly tasksLeftOut: number;
  /** Threads with an open connection of a pool that another thread waits for, as far as they were found. */
  readonly connectionHolders: readonly number[];
  /** The tasks, by their ids. */
  readonly connectionTasks: readonly string[];
  /** Share of the looks in which garbage was being collected. */
  readonly collectingShare: number;
  /** Share of the pauses between looks in which nobody handed over the GIL; 0 where that can't be told. */
  readonly gilKeptShare: number;
  /** Stopped by a signal or a debugger. */
  readonly stopped: boolean;
}
