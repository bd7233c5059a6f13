// `why`: a second's look at a whole service, judged. The path: dispatch -> here -> outside/observe -> diagnosis.

import { Failure } from "../base/failure.ts";
import type { Finding } from "../diagnosis/finding.ts";
import { judgeService } from "../diagnosis/service-verdict.ts";
import type { ProcessObservation, ThreadObservation } from "../diagnosis/observation.ts";
import { shownBy } from "../diagnosis/shown-by.ts";
import { conditionOf, lastFrames } from "../diagnosis/thread-condition.ts";
import { countRequests, threadName } from "../diagnosis/words.ts";
import { judgeWorker, type WorkerVerdict } from "../diagnosis/worker-verdict.ts";
import type { Interpreter } from "../outside/interpreter.ts";
import { observe, type Watched } from "../outside/observe.ts";
import { type InFlight, readRequests } from "../outside/requests.ts";
import { endedMeanwhile } from "../outside/read-process.ts";
import { resolveTargets, stillTheSame, type Target } from "../outside/targets.ts";
import type record from "../protocol/commands/why.ts";
import type { Context, Handler } from "../protocol/request.ts";
import type { Unreadable } from "../protocol/stack-schema.ts";
import type { FindingResult, WorkerVerdictResult } from "../protocol/why-schema.ts";
import { groupByStack } from "../stacks/group.ts";
import { toObservation } from "./observation.ts";

const stacksShown = 4;
const alsoShown = 6;

export const run: Handler<typeof record> = async (params, context) => {
  const targets = await resolveTargets(context.target ?? "", context.settings);
  for (const { pid } of targets) context.touched(pid);
  const requests = new Map<number, readonly InFlight[]>();
  const watched = await observe(targets, { durationMs: params.for, looks: params.looks, signal: context.signal }, (interpreter, one) =>
    requests.set(one.target.pid, requestsAtLast(interpreter, one)),
  );
  context.signal.throwIfAborted();
  const observed = watched.map((one) => (one instanceof Failure ? one : toSeen(one, requests.get(one.target.pid) ?? [])));
  const { judged, unreadable } = judgeAll(targets, observed, context);
  const service = judgeService(judged.map(({ verdict }) => verdict));
  const { culprit } = service;
  const workers = judged.map(({ target, version, verdict }) => toResult(target, version, verdict));
  const stuck = workers.filter((worker) => worker.stuck);
  return {
    verdict: service.text,
    culprit: culprit === undefined ? null : { function: culprit.function, file: culprit.file, line: culprit.line },
    workers,
    evidence: (stuck.length > 0 ? stuck : workers).flatMap(({ pid, evidence }) => evidence.map((stack) => ({ pid, ...stack }))),
    next: nextCommands(
      context.target ?? "",
      judged.map(({ verdict }) => verdict),
    ),
    unreadable,
  };
};

interface Seen {
  readonly version: string;
  readonly observation: ProcessObservation;
}

// A process that ended in between stood still for nothing and did nothing: no verdict fits it.
function toSeen(watched: Watched, requests: readonly InFlight[]): Seen | Failure {
  const nothingLeft = (watched.looks.at(-1)?.snapshot.threads.length ?? 0) === 0;
  if (nothingLeft && !stillTheSame(watched.target)) return endedMeanwhile(watched.target);
  return { version: watched.version, observation: toObservation(watched, requests) };
}

// Once, at the last look: what stands then stood in the same request before.
function requestsAtLast(interpreter: Interpreter, { looks, loopsLast }: Watched): readonly InFlight[] {
  const last = looks.at(-1);
  return last === undefined ? [] : readRequests(interpreter, last.snapshot, loopsLast).requests;
}

interface Judged {
  readonly target: Target;
  readonly version: string;
  readonly verdict: WorkerVerdict;
}

function judgeAll(
  targets: readonly Target[],
  observed: readonly (Seen | Failure)[],
  context: Context,
): { judged: Judged[]; unreadable: Unreadable[] } {
  const judged: Judged[] = [];
  const unreadable: Unreadable[] = [];
  for (const [index, one] of observed.entries()) {
    const target = targets[index];
    if (target === undefined) continue;
    if (!(one instanceof Failure)) {
      judged.push({ target, version: one.version, verdict: judgeWorker(one.observation) });
      continue;
    }
    if (targets.length === 1) throw one;
    unreadable.push({ pid: target.pid, what: "process", why: one.message, remedy: one.hint });
    context.note({ message: one.message, remedy: one.hint, partial: true });
  }
  return { judged, unreadable };
}

function toResult(target: Target, python: string, verdict: WorkerVerdict): WorkerVerdictResult {
  const { process } = verdict;
  return {
    pid: target.pid,
    service: target.service,
    worker: target.worker,
    role: target.role,
    python,
    stuck: verdict.verdict.stuck,
    verdict: toFinding(process, verdict.verdict),
    also: verdict.findings.slice(1, 1 + alsoShown).map((finding) => toFinding(process, finding)),
    evidence: evidenceOf(verdict),
  };
}

function toFinding(process: ProcessObservation, { culprit, ...finding }: Finding): FindingResult {
  const requests = requestsOf(shownBy(process, { ...finding, culprit }));
  return { ...finding, culprit: culprit ?? null, tids: [...finding.tids], tasks: [...finding.tasks], requests };
}

function requestsOf(those: readonly { readonly request?: string | undefined }[]): string[] {
  return countRequests(those).map(([request]) => request);
}

// Threads with the same stack are one piece of evidence.
function evidenceOf({ process, verdict }: WorkerVerdict): WorkerVerdictResult["evidence"] {
  const threads = verdict.tids.flatMap((tid) => process.threads.find((thread) => thread.tid === tid) ?? []);
  const tasks = verdict.tasks.flatMap((id) => process.tasks.find((task) => task.id === id) ?? []);
  const ofThreads = groupByStack(threads, lastFrames, stateOf).map(({ frames, members }) => {
    const [first] = members;
    const label = members.length === 1 && first !== undefined ? `${threadName(first)} (${first.tid})` : `${members.length} threads`;
    return { label, state: first === undefined ? "" : stateOf(first), requests: requestsOf(members), frames: [...frames] };
  });
  // The stack of a task that runs is its thread's.
  const ofTasks = tasks
    .filter(({ running }) => !running)
    .map((task) => ({
      label: `task ${task.name}`,
      state: task.waitsFor === "" ? "" : `awaits a ${task.waitsFor}`,
      requests: requestsOf([task]),
      frames: [...task.frames],
    }));
  return [...ofThreads, ...ofTasks].slice(0, stacksShown);
}

function stateOf(thread: ThreadObservation): string {
  const { state, detail } = conditionOf(thread);
  return detail === undefined ? state : `${state} ${detail}`;
}

function nextCommands(target: string, verdicts: readonly WorkerVerdict[]): { command: string; says: string }[] {
  const worker =
    verdicts.find(({ verdict }) => verdict.stuck) ?? verdicts.find(({ verdict }) => verdict.kind !== "idle" && verdict.kind !== "working");
  if (worker === undefined) return [];
  const { verdict, process } = worker;
  const name = verdicts.length > 1 || !/^\d+$/.test(target) ? process.name : String(process.pid);
  const threads = { command: `ispyd threads ${name} --source`, says: "every stack, with its lines" };
  const tasks = { command: `ispyd tasks ${name}`, says: "who awaits whom" };
  const locks = { command: `ispyd locks ${name}`, says: "who holds which lock" };
  const serving = process.threads.some((thread) => verdict.tids.includes(thread.tid) && conditionOf(thread).serving);
  if (serving) return [{ command: `ispyd requests ${verdicts.length > 1 ? target : name}`, says: "which requests hang" }, threads];
  if (verdict.kind === "tasks in a circle") return [tasks];
  if (verdict.kind === "deadlock" || verdict.kind === "waits for a lock") return [locks, threads];
  return verdict.tids.length === 0 && verdict.tasks.length > 0 ? [tasks] : [threads];
}
