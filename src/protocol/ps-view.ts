// The answer of `ps` as people see it: one line per process, by service.

import { formatDurationMs, formatSizeBytes } from "../base/units.ts";
import { targetName } from "./frame-view.ts";
import type { ProcessResult, WhereaboutsResult } from "./process-schema.ts";
import type { Cell, Column, View } from "./view.ts";

const columns: readonly Column[] = [
  { title: "SERVICE" },
  { title: "PID", align: "right" },
  { title: "WHAT", shrinks: true },
  { title: "PYTHON" },
  { title: "AGE", align: "right" },
  { title: "USER" },
  { title: "CPU", align: "right" },
  { title: "RSS", align: "right" },
  { title: "THREADS", align: "right" },
  { title: "PORTS" },
  { title: "WHERE" },
  { title: "ACCESS" },
];

const mostPorts = 4;

export function psView({ processes }: { readonly processes: readonly ProcessResult[] }): View[] {
  return [{ shape: "table", columns, rows: processes.map(toRow), empty: "no Python process that this user can see" }];
}

function toRow(process: ProcessResult): Cell[] {
  return [
    { text: targetName(process), tone: process.part === "helper" || process.part === "child" ? "dim" : "strong" },
    String(process.pid),
    process.role,
    process.python === "" ? "?" : process.python,
    formatDurationMs(process.ageMs),
    process.user,
    `${Math.round(process.cpuPercent)} %`,
    formatSizeBytes(process.residentBytes),
    String(process.threads),
    portsText(process),
    whereText(process.where),
    accessCell(process),
  ];
}

function portsText({ ports, portsHidden }: ProcessResult): string {
  if (portsHidden) return "?";
  const more = ports.length > mostPorts ? ` +${ports.length - mostPorts}` : "";
  return ports.slice(0, mostPorts).map(String).join(" ") + more;
}

const shownIdLength = 12;

/** "docker 3f2a1b9c0d1e", "shop.service", "other mnt, pid", or "here". */
export function whereText({ container, unit, namespaces }: WhereaboutsResult): string {
  if (container !== undefined) return `${container.kind} ${container.id.slice(0, shownIdLength)}`;
  if (namespaces.length > 0) return `other ${namespaces.join(", ")}`;
  return unit ?? "here";
}

function accessCell({ access: { look, attach } }: ProcessResult): Cell {
  if (!look.possible) return { text: `no: ${look.reason ?? "refused"}`, tone: "bad" };
  if (!attach.possible) return { text: `look (${attach.reason ?? "no attach"})`, tone: "plain" };
  return { text: "look, attach", tone: "good" };
}
