// `audit export`: records as text for other programs. Foreign text in it neither acts on a terminal nor in a spreadsheet.

import { canonicalJson } from "../base/canonical-json.ts";
import { cleanText } from "../base/clean-text.ts";
import type { PlacedAuditRecord } from "../protocol/audit.ts";
import type record from "../protocol/commands/audit-export.ts";
import type { Handler } from "../protocol/request.ts";

const cap = 100_000;

const csvColumns =
  "time chain sequence kind request user uid via command level target reason rule outcome code durationMs answerBytes pids message params heads tornBytes tornSha256 previous pidsRefused redactions".split(
    " ",
  );

export const run: Handler<typeof record> = async ({ format, limit }, context) => {
  const { records, total } = await context.audit.list({ limit: limit ?? cap });
  if (limit === undefined && records.length < total) {
    context.note({
      message: `only the newest ${records.length} of ${total} records were exported`,
      remedy: `the whole log is in ${context.audit.directory}`,
      partial: true,
    });
  }
  return { format, text: format === "json" ? jsonLines(records) : csv(records) };
};

function jsonLines(records: readonly PlacedAuditRecord[]): string {
  return records.map((placed) => `${asciiJson(placed)}\n`).join("");
}

/** Everything beyond printable ASCII as `\uXXXX`: the same value for every JSON reader, and nothing that a terminal could obey. */
function asciiJson(value: unknown): string {
  return canonicalJson(value).replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** RFC 4180, but with lines ended by a newline alone, as other tools on this system expect. */
function csv(records: readonly PlacedAuditRecord[]): string {
  const rows = records.map(({ chain, record: fields }) => {
    const values: Record<string, unknown> = { chain, ...fields };
    return csvColumns.map((column) => csvCell(values[column])).join(",");
  });
  return [csvColumns.join(","), ...rows].map((row) => `${row}\n`).join("");
}

function csvCell(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = cleanText(typeof value === "string" ? value : canonicalJson(value));
  const guarded = /^\s*[=+\-@＝＋－＠]/u.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}
