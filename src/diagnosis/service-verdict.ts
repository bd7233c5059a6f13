// From the verdicts of a service's workers to one sentence and, where it can be named, one line of the application. Pure.

import type { Frame } from "../stacks/model.ts";
import { compareFindings, type Finding } from "./finding.ts";
import { shownBy } from "./shown-by.ts";
import { countRequests, placeText, servingText } from "./words.ts";
import type { WorkerVerdict } from "./worker-verdict.ts";

export interface ServiceVerdict {
  readonly text: string;
  readonly culprit: Frame | undefined;
}

export function judgeService(workers: readonly WorkerVerdict[]): ServiceVerdict {
  const [first] = [...workers].sort((a, b) => compareFindings(a.verdict, b.verdict));
  if (first === undefined) return { text: "No process could be looked at.", culprit: undefined };
  if (workers.length === 1) return { text: aloneText(first.verdict), culprit: first.verdict.culprit };
  const stuck = workers.filter(({ verdict }) => verdict.stuck);
  if (stuck.length > 0) return { text: stuckText(workers.length, stuck), culprit: mostTold(stuck) ?? first.verdict.culprit };
  return { text: calmText(workers), culprit: first.verdict.culprit };
}

function aloneText({ kind, text, stuck }: Finding): string {
  if (kind === "idle") return "It is idle and healthy: it waits for work.";
  if (kind === "working") return `Nothing stands still: ${text}.`;
  // A thread's name keeps its own first letter.
  const sentence = /^(?:the|each|garbage|code|\d) ?/.test(text) ? `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.` : `${text}.`;
  return stuck || (kind !== "sleeps" && kind !== "waits") ? sentence : `${sentence} That may be all it has to do.`;
}

// The line at which most workers stand, where more than one do.
function mostTold(stuck: readonly WorkerVerdict[]): Frame | undefined {
  const counts = new Map<string, { frame: Frame; count: number }>();
  for (const { verdict } of stuck) {
    if (verdict.culprit === undefined) continue;
    const key = placeText(verdict.culprit);
    counts.set(key, { frame: verdict.culprit, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  const [most] = [...counts.values()].sort((a, b) => b.count - a.count);
  return most !== undefined && most.count > 1 ? most.frame : undefined;
}

// A wait for somebody else that is a few seconds old may end by itself: slow is not hung.
const shortWaitMs = 5_000;

function hangs({ verdict: { kind, sinceMs } }: WorkerVerdict): boolean {
  return kind === "stopped" || kind === "deadlock" || kind === "tasks in a circle" || sinceMs >= shortWaitMs;
}

function stuckText(total: number, stuck: readonly WorkerVerdict[]): string {
  const places = new Set(stuck.map(({ verdict }) => placeText(verdict.culprit)));
  const kinds = [...new Set(stuck.map(({ verdict }) => verdict.kind))];
  const counted = kinds.map((kind) => `${kind} (${stuck.filter(({ verdict }) => verdict.kind === kind).length})`);
  const where = places.size === 1 && stuck[0]?.verdict.culprit !== undefined ? ` in ${[...places][0]}` : "";
  // Counted by process: a thread and the task that it runs serve the same request.
  const requests = stuck.flatMap(({ process, verdict }) => countRequests(shownBy(process, verdict)));
  const serving = servingText(requests.map(([request]) => ({ request })));
  const one = stuck.length === 1;
  const does = stuck.some(hangs) ? (one ? "hangs" : "hang") : one ? "stands still" : "stand still";
  return `${stuck.length} of ${total} processes ${does}${where}: ${kinds.length === 1 ? kinds[0] : counted.join(", ")}${serving}.`;
}

function calmText(workers: readonly WorkerVerdict[]): string {
  const count = (kinds: readonly Finding["kind"][]): number => workers.filter(({ verdict }) => kinds.includes(verdict.kind)).length;
  const idle = count(["idle"]);
  if (idle === workers.length) return `All ${workers.length} processes are idle and healthy: they wait for work.`;
  const busy = count(["busy", "collecting garbage"]);
  const working = count(["working"]);
  const parts = [
    ...(busy > 0 ? [`${busy} of ${workers.length} processes ${busy === 1 ? "computes" : "compute"} all the time`] : []),
    ...(working > 0 ? [`${working} ${working === 1 ? "is" : "are"} at work`] : []),
    ...(idle > 0 ? [`${idle} ${idle === 1 ? "waits" : "wait"} for work`] : []),
  ];
  const standing = workers.length - busy - working - idle - count(["unclear"]);
  const one = standing === 1;
  const stated = `${standing} ${one ? "stands" : "stand"} where ${one ? "it" : "they"} may well wait for long`;
  if (standing > 0) return `Nothing is stuck for certain: ${[stated, ...parts].join(", ")}.`;
  return parts.length === 0 ? "Nothing is stuck for certain." : `Nothing stands still: ${parts.join(", ")}.`;
}
