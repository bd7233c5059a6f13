// Threads that computed for the whole look, and a collector that did. Pure.

import type { Finding } from "./finding.ts";
import type { ProcessObservation } from "./observation.ts";
import { lastFrames, sameLine, type ThreadCondition } from "./thread-condition.ts";
import { placeText, servingText, sinceText, threadName, threadText } from "./words.ts";

/** One finding per thread. The line is an accusation only where the thread was at one line all the time, or inside one call of a request. */
export function computingThreads(process: ProcessObservation, conditions: readonly ThreadCondition[]): Finding[] {
  return conditions
    .filter(({ condition }) => condition === "computes")
    .map((one) => ({
      kind: "busy",
      stuck: false,
      text: `${isInOneRequest(one) ? threadText(one.thread) : threadName(one.thread)} computes ${whereText(one)} ${sinceText(process.durationMs, false)}, ${Math.round(one.thread.cpuShare * 100)} % of a core`,
      culprit: isAtOneLine(one) ? one.place : one.serving ? one.lasting : undefined,
      tids: [one.thread.tid],
      tasks: [],
      sinceMs: process.durationMs,
      sinceKnown: false,
    }));
}

function whereText(one: ThreadCondition): string {
  if (lastFrames(one.thread).length === 0) return "at places that changed too fast to be read (ispyd threads --pause shows them),";
  if (one.place === undefined) return "outside the application's code";
  if (isAtOneLine(one)) return `at one line, ${placeText(one.place)},`;
  return one.serving && one.lasting !== undefined
    ? `below one line, ${placeText(one.lasting)},`
    : `at changing places, last in ${placeText(one.place)}${servingText([one.thread])},`;
}

// The request is that of the last look: a thread that is seen at ever other places may have had many.
function isInOneRequest(one: ThreadCondition): boolean {
  return isAtOneLine(one) || (one.serving && one.lasting !== undefined);
}

function isAtOneLine({ samePlace, thread }: ThreadCondition): boolean {
  const [innermost] = lastFrames(thread);
  return samePlace && thread.looks.every(({ frames }) => frames.length === 0 || sameLine(frames[0], innermost));
}

export function collecting(process: ProcessObservation, conditions: readonly ThreadCondition[]): Finding[] {
  if (process.collectingShare < 0.5) return [];
  const collector = conditions.find(({ condition, thread }) => condition === "computes" && thread.looks.some(({ holdsGil }) => holdsGil));
  const inOne = collector !== undefined && collector.place !== undefined && isAtOneLine(collector);
  return [
    {
      kind: "collecting garbage",
      stuck: false,
      text: `garbage was being collected in ${Math.round(process.collectingShare * 100)} % of the looks${inOne ? `, called from ${placeText(collector.place)}` : ""}`,
      culprit: inOne ? collector.place : undefined,
      tids: collector === undefined ? [] : [collector.thread.tid],
      tasks: [],
      sinceMs: process.durationMs,
      sinceKnown: false,
    },
  ];
}
