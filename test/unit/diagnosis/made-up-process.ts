// Observations of processes that never were, for the rules of a diagnosis: everything that a test does not say is ordinary.

import type { ObjectWait, ProcessObservation, TaskObservation, ThreadLook, ThreadObservation } from "../../../src/diagnosis/observation.ts";
import type { Frame, ThreadActivity } from "../../../src/stacks/model.ts";

/** "shop.py:12 reserve" is a frame of the application; a file with a slash stands below site-packages, "python/..." in the standard library. */
export function frame(text: string): Frame {
  const [place = "", name = ""] = text.split(" ");
  const [file = "", line = "0"] = place.split(":");
  const prefix = file.startsWith("python/") ? "/usr/lib/python3.12/" : file.includes("/") ? "/env/lib/python3.12/site-packages/" : "/srv/";
  return { function: name, file: prefix + file.replace(/^python\//, ""), line: Number(line) };
}

export function look(frames: readonly string[], state: ThreadActivity, more: Partial<ThreadLook> = {}): ThreadLook {
  return { frames: frames.map(frame), state, holdsGil: false, ...more };
}

let lastTid = 100;

/** A thread that showed the same in three looks, unless `looks` says otherwise. */
export function thread(frames: readonly string[], state: ThreadActivity, more: Partial<ThreadObservation> = {}): ThreadObservation {
  const one = look(frames, state);
  lastTid += 1;
  return {
    tid: lastTid,
    name: `worker-${lastTid}`,
    main: false,
    looks: [one, one, one],
    cpuShare: 0,
    lastRanMs: 5_000,
    ran: false,
    waitsPerSecond: 0,
    sameWait: false,
    wait: undefined,
    call: "",
    timeoutMs: undefined,
    fromClient: false,
    runsLoop: false,
    others: [],
    ...more,
  };
}

export function wait(kind: ObjectWait["kind"], owners: readonly number[], more: Partial<ObjectWait> = {}): ObjectWait {
  return { kind, object: "0x1000", owners: owners.map((tid) => ({ tid, how: "records" })), ownerEnded: false, throughout: true, ...more };
}

export function task(id: string, frames: readonly string[], more: Partial<TaskObservation> = {}): TaskObservation {
  return {
    id,
    name: `Task-${id}`,
    running: false,
    tid: 0,
    awaits: [],
    lockOwners: undefined,
    frames: frames.map(frame),
    waitsFor: "_asyncio.Future",
    throughout: true,
    sameWait: false,
    ...more,
  };
}

export function observed(threads: readonly ThreadObservation[], more: Partial<ProcessObservation> = {}): ProcessObservation {
  return {
    pid: 1,
    name: "shop/1",
    role: "single",
    durationMs: 1_000,
    threads,
    tasks: [],
    tasksLeftOut: 0,
    connectionHolders: [],
    connectionTasks: [],
    collectingShare: 0,
    gilKeptShare: 0,
    stopped: false,
    ...more,
  };
}
