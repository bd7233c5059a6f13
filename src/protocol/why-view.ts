// The answer of `why` as people see it: the sentence, each worker's verdict, the evidence under it, the next command.

import { dim, frameLines, strong, targetName } from "./frame-view.ts";
import { nextView } from "./next-command.ts";
import type { StackNode, Tone, View } from "./view.ts";
import type { WorkerVerdictResult } from "./why-schema.ts";

interface WhyResult {
  readonly verdict: string;
  readonly workers: readonly WorkerVerdictResult[];
  readonly next: readonly { readonly command: string; readonly says: string }[];
}

export function whyView({ verdict, workers, next }: WhyResult): View[] {
  const groups = groupWorkers(workers);
  // Of one process the sentence is its verdict already: below it stands only what shows it.
  const nodes = workers.length === 1 ? workers.map((worker) => toNode([worker], true)) : groups.map((members) => toNode(members, false));
  return [{ shape: "events", lines: [[strong(verdict)]] }, { shape: "stacks", nodes }, ...nextView(next)];
}

// Workers that say the same stand together, those that are stuck first, those that wait for work last.
function groupWorkers(workers: readonly WorkerVerdictResult[]): WorkerVerdictResult[][] {
  const groups = new Map<string, WorkerVerdictResult[]>();
  for (const worker of workers) {
    const { verdict, evidence } = worker;
    const stacks = evidence.map(({ frames }) => frames.map((frame) => [frame.function, frame.file, frame.line]));
    const key = JSON.stringify(
      verdict.kind === "idle" ? "idle" : [verdict.kind, stacks, verdict.culprit === null ? verdict.text : verdict.culprit],
    );
    groups.set(key, [...(groups.get(key) ?? []), worker]);
  }
  return [...groups.values()].sort((a, b) => rank(a) - rank(b));
}

function rank([worker]: readonly WorkerVerdictResult[]): number {
  return worker?.stuck === true ? 0 : worker?.verdict.kind === "idle" ? 2 : 1;
}

function toNode(members: readonly WorkerVerdictResult[], alone: boolean): StackNode {
  const [worker] = members;
  if (worker === undefined) return { heading: [], details: [], frames: [], children: [] };
  const idle = worker.verdict.kind === "idle";
  const also = worker.also.filter(({ kind }) => kind !== "idle").slice(0, alsoShown);
  return {
    heading: [
      strong(members.map((one) => targetName(one)).join(", ")),
      dim(`  ${whoText(members)}`),
      { text: `  ${idle ? "idle and healthy" : worker.verdict.kind}`, tone: toneOf(worker) },
    ],
    details: idle ? [] : [...(alone ? [] : [worker.verdict.text]), ...also.map(({ text }) => dim(`also: ${text}`))],
    frames: [],
    children: idle ? [] : worker.evidence.map(toEvidence),
  };
}

function whoText(members: readonly WorkerVerdictResult[]): string {
  const [first] = members;
  const roles = [...new Set(members.map(({ role }) => role))];
  return members.length === 1
    ? `pid ${first?.pid ?? 0}, ${first?.role ?? ""}`
    : `${members.length} processes${roles.length === 1 ? `, each ${roles[0] ?? ""}` : ""}`;
}

const requestsShown = 3;

function requestsText(requests: readonly string[]): string {
  if (requests.length === 0) return "";
  const more = requests.length - requestsShown;
  return `, serving ${requests.slice(0, requestsShown).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function toEvidence({ label, state, requests, frames }: WorkerVerdictResult["evidence"][number]): StackNode {
  // The script that a server installs to start itself is no line of the application.
  const own = frames.filter(({ file, function: name }) => !(name === "<module>" && /\/bin\/[^/.]+$/.test(file)));
  return { heading: [label, dim(`  ${state}${requestsText(requests)}`)], details: [], frames: frameLines(own, false), children: [] };
}

const alsoShown = 3;

function toneOf({ stuck, verdict }: WorkerVerdictResult): Tone {
  if (stuck) return "bad";
  return verdict.kind === "busy" || verdict.kind === "collecting garbage" || verdict.kind === "unclear" ? "warn" : "good";
}
