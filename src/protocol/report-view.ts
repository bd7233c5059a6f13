// A report as people see it: who asked what, when, and then each section as its own command draws it.

import type { CommandRecord } from "./command.ts";
import children from "./commands/children.ts";
import fds from "./commands/fds.ts";
import locks from "./commands/locks.ts";
import ps from "./commands/ps.ts";
import requests from "./commands/requests.ts";
import tasks from "./commands/tasks.ts";
import threads from "./commands/threads.ts";
import why from "./commands/why.ts";
import type { ReportSection } from "./report-schema.ts";
import type { View } from "./view.ts";

const records = [why, requests, locks, threads, tasks, fds, children, ps] as unknown as readonly CommandRecord[];

export const sectionTitles: Readonly<Record<string, string>> = {
  why: "Why it is stuck or slow",
  ps: "Processes",
  requests: "Requests in flight",
  locks: "Locks",
  threads: "Threads",
  tasks: "asyncio tasks",
  fds: "Open descriptors",
  children: "Child processes",
};

interface ReportResult {
  readonly target: string;
  readonly host: string;
  readonly user: string;
  readonly ispyd: string;
  readonly began: string;
  readonly ended: string;
  readonly sections: readonly ReportSection[];
}

export function reportView(report: ReportResult): View[] {
  const { target, host, user, ispyd, began, ended } = report;
  const fields = [
    { name: "target", value: target },
    { name: "host", value: host },
    { name: "asked by", value: user },
    { name: "with", value: `ispyd ${ispyd}` },
    { name: "from", value: began },
    { name: "to", value: ended },
  ];
  return [{ shape: "record", fields }, ...report.sections.flatMap(sectionViews)];
}

function sectionViews(section: ReportSection): View[] {
  const title = sectionTitles[section.command] ?? section.command;
  const made = `${section.typed}   ${section.began}, ${Math.round(section.durationMs)} ms`;
  const head: View = { shape: "events", title, lines: [[{ text: made, tone: "dim" }]] };
  if (section.failure !== null) {
    return [
      head,
      { shape: "events", lines: [[{ text: section.failure.message, tone: "warn" }], [{ text: section.failure.hint, tone: "dim" }]] },
    ];
  }
  const record = records.find(({ name }) => name === section.command);
  return record === undefined ? [head] : [head, ...record.view(section.result, record.params.parse({}))];
}
