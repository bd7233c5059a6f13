// From what outside has seen to the observation that a diagnosis reads: names, one list of looks per thread, what changed between first and last.

import type { ObjectWait, ProcessObservation, TaskObservation, ThreadLook, ThreadObservation } from "../diagnosis/observation.ts";
import { type Look, tasksLookedAt, type Watched } from "../outside/observe.ts";
import { othersInWait, processText } from "../outside/other-processes.ts";
import type { PostgresProcess } from "../outside/postgres-processes.ts";
import { type InFlight, requestLabel } from "../outside/requests.ts";
import type { TaskSnapshot } from "../outside/tasks.ts";
import type { Frame } from "../stacks/model.ts";

/** `requests` are those in flight at the last look. */
export function toObservation(watched: Watched, requests: readonly InFlight[]): ProcessObservation {
  const { target, looks } = watched;
  const served = labelsOf(requests);
  return {
    pid: target.pid,
    name: target.worker > 0 ? `${target.service}/${target.worker}` : target.service,
    role: target.role,
    durationMs: watched.durationMs,
    threads: (looks.at(-1)?.snapshot.threads ?? [])
      .map(({ tid }) => toThread(watched, tid, served))
      .filter((thread) => thread !== undefined),
    tasks: toTasks(watched, served),
    tasksLeftOut: watched.loopsLast.reduce((sum, { total }) => sum + Math.max(0, total - tasksLookedAt), 0),
    connectionHolders: watched.connectionHolders,
    connectionTasks: watched.connectionTasks.map(hex),
    collectingShare: looks.filter(({ snapshot }) => snapshot.collecting).length / Math.max(1, looks.length),
    gilKeptShare: keptShare(looks),
    stopped: watched.stopped,
  };
}

/** What each thread and task serves, by its address. */
type Served = ReadonlyMap<number, string>;

function labelsOf(requests: readonly InFlight[]): Served {
  return new Map(
    requests.flatMap((request): [number, string][] =>
      [...(request.thread === undefined ? [] : [request.thread.address]), ...request.tasks].map((address) => [
        address,
        requestLabel(request),
      ]),
    ),
  );
}

function keptShare(looks: readonly Look[]): number {
  const pairs = looks.slice(1).map(({ gilSwitches }, index) => gilSwitches !== undefined && gilSwitches === looks[index]?.gilSwitches);
  return pairs.filter((kept) => kept).length / Math.max(1, pairs.length);
}

function toThread(watched: Watched, tid: number, served: Served): ThreadObservation | undefined {
  const last = watched.looks.at(-1)?.snapshot.threads.find((thread) => thread.tid === tid);
  const activity = watched.looks.at(-1)?.activities.get(tid);
  if (last === undefined || activity === undefined) return undefined;
  const call = watched.calls.get(tid);
  return {
    tid,
    name: last.name,
    main: last.main,
    looks: watched.looks.flatMap((look) => toLook(look, tid)),
    cpuShare: watched.cpuShares.get(tid) ?? 0,
    lastRanMs: watched.lastRanMs.get(tid),
    ran: watched.ran.has(tid),
    waitsPerSecond: ((watched.ran.get(tid) ?? 0) * 1_000) / watched.durationMs,
    sameWait: watched.sameWaits.has(last.address),
    wait: waitOf(watched, tid),
    call: call?.name ?? "",
    timeoutMs: call?.timeoutMs,
    fromClient: call?.fromClient ?? false,
    library: call?.library,
    listeningPaths: call?.listeningPaths,
    request: served.get(last.address),
    runsLoop: watched.loopsLast.some(({ loopThreads }) => [...loopThreads.values()].includes(last.address)),
    others: [
      ...othersInWait(watched.target.pid, tid, activity),
      ...(watched.semaphores.get(tid) ?? []).map((pid) => `${processText(pid)} holds it`),
      ...postgresClauses(watched.postgres.get(tid)),
    ],
  };
}

function postgresClauses(server: PostgresProcess | undefined): string[] {
  if (server === undefined) return [];
  const means = /\bwaiting$/.test(server.activity) ? ", so it waits for a lock of another connection" : "";
  return [`PostgreSQL's process ${server.pid} shows "${server.activity}"${means}`];
}

function waitOf({ waitsFirst, waitsLast, semaphores }: Watched, tid: number): ObjectWait | undefined {
  const wait = waitsLast.get(tid);
  const first = waitsFirst.get(tid);
  if (wait !== undefined) return { ...wait, throughout: first?.object === wait.object && first.kind === wait.kind };
  return semaphores.has(tid)
    ? { kind: "lock of multiprocessing", object: `of ${tid}`, owners: [], ownerEnded: false, throughout: true }
    : undefined;
}

function toLook({ snapshot, activities }: Look, tid: number): ThreadLook[] {
  const thread = snapshot.threads.find((one) => one.tid === tid);
  const activity = activities.get(tid);
  if (thread === undefined || activity === undefined) return [];
  return [{ frames: withoutStarter(thread.frames), state: activity.state, detail: activity.detail, holdsGil: thread.holdsGil }];
}

// What multiprocessing starts a process with ("from multiprocessing.spawn import spawn_main; ...") looks like a line of the application.
function withoutStarter(frames: readonly Frame[]): readonly Frame[] {
  const started =
    frames.at(-1)?.file === "<string>" && /\/multiprocessing\/(?:spawn|forkserver|resource_tracker)\.py$/.test(frames.at(-2)?.file ?? "");
  return started ? frames.slice(0, -1) : frames;
}

function toTasks(watched: Watched, served: Served): TaskObservation[] {
  const before = new Map(watched.loopsFirst.flatMap(({ tasks }) => tasks.map((task) => [task.address, task])));
  const threads = new Map((watched.looks.at(-1)?.snapshot.threads ?? []).map((thread) => [thread.address, thread.tid]));
  return watched.loopsLast.flatMap(({ tasks, loopThreads }) =>
    tasks.map((task) => ({
      id: hex(task.address),
      name: task.name,
      running: task.running,
      tid: threads.get(loopThreads.get(task.loop) ?? 0) ?? 0,
      awaits: task.awaits.filter((awaited) => before.get(task.address)?.awaits.includes(awaited)).map(hex),
      lockOwners: watched.taskLocks.get(task.address)?.owners.map(hex),
      frames: task.frames,
      waitsFor: task.waitsFor,
      request: served.get(task.address),
      sameWait: watched.sameWaits.has(task.address),
      peer: watched.taskPeers.get(task.address),
      throughout: placeKey(before.get(task.address)) === placeKey(task),
    })),
  );
}

function placeKey(task: TaskSnapshot | undefined): string {
  return JSON.stringify([task?.name, task?.frames.map((frame) => [frame.function, frame.file, frame.line])]);
}

function hex(address: number): string {
  return `0x${address.toString(16)}`;
}
