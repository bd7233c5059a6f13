// `audit list` as a table: one row per request, its end beside its beginning. Pure.

import type { AuditRecord, PlacedAuditRecord } from "./audit.ts";
import { formatDurationMs } from "../base/units.ts";
import type { Cell, Column, Tone, View } from "./view.ts";

type Began = AuditRecord & { kind: "began" };
type Ended = AuditRecord & { kind: "ended" };

const columns: readonly Column[] = [
  { title: "TIME (UTC)" },
  { title: "USER" },
  { title: "COMMAND" },
  { title: "TARGET" },
  { title: "LEVEL" },
  { title: "OUTCOME" },
  { title: "TOOK", align: "right" },
  { title: "WHY", shrinks: true },
];

const tones: Record<Ended["outcome"], Tone> = { done: "plain", partial: "warn", refused: "warn", failed: "bad" };

export function auditListView({ records, total }: { records: readonly PlacedAuditRecord[]; total: number }): View[] {
  const ends = new Map(records.flatMap(({ record }) => (record.kind === "ended" ? [[record.request, record] as const] : [])));
  const begun = new Set(records.flatMap(({ record }) => (record.kind === "began" ? [record.request] : [])));
  const rows = records.flatMap(({ chain, record }) =>
    record.kind === "ended" && begun.has(record.request) ? [] : [rowOf(chain, record, ends)],
  );
  const title = records.length < total ? `the newest ${records.length} of ${total} records` : `${total} record${total === 1 ? "" : "s"}`;
  return [{ title, shape: "table", columns, rows, empty: "no record fits" }];
}

function rowOf(chain: string, record: AuditRecord, ends: ReadonlyMap<string, Ended>): readonly Cell[] {
  const time = record.time.slice(0, 19).replace("T", " ");
  switch (record.kind) {
    case "began":
      return [time, record.user, record.command, record.target ?? "", record.level, ...ending(ends.get(record.request)), why(record)];
    case "refused":
      return [time, record.user, record.command, record.target ?? "", record.level, { text: "refused", tone: "warn" }, "", record.message];
    case "ended":
      return [time, "", { text: "(began earlier)", tone: "dim" }, "", "", ...ending(record), `request ${record.request}`];
    case "torn":
      return [
        time,
        "",
        "",
        "",
        "",
        { text: "torn line", tone: "warn" },
        "",
        `${record.tornBytes} bytes of a write in ${chain} that was cut off`,
      ];
    case "checkpoint":
      return [
        time,
        "",
        "",
        "",
        "",
        { text: "checkpoint", tone: "dim" },
        "",
        `${chain} notes the ends of ${Object.keys(record.heads).length} other chains`,
      ];
  }
}

function ending(ended: Ended | undefined): [Cell, Cell] {
  if (ended === undefined) return [{ text: "no end", tone: "dim" }, ""];
  const text = ended.code === undefined ? ended.outcome : `${ended.outcome}: ${ended.code}`;
  return [{ text, tone: tones[ended.outcome] }, formatDurationMs(ended.durationMs)];
}

function why({ reason }: Began): string {
  return reason ?? "";
}
