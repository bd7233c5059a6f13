// One text for one value: JSON with sorted keys and no blanks, so that a hash of it means something.
// The audit log writes its lines with it, and the audit commands check and export them with it.

const maxDepth = 64;

/**
 * The canonical form of RFC 8785: keys in the order of their UTF-16 units (3.2.3), numbers and strings as ECMAScript's own JSON writes them (3.2.2).
 * What JSON can't hold becomes null, or is left out of an object, as JSON.stringify does; a bigint becomes text. An unpaired surrogate, which the RFC
 * refuses, is written as its escape. Values nested deeper than 64 become a text that says so.
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0) ?? "null";
}

function write(value: unknown, depth: number): string | undefined {
  if (typeof value === "bigint") return JSON.stringify(String(value));
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (depth >= maxDepth) return '"[nested too deep]"';
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1) ?? "null").join(",")}]`;
  return `{${writeMembers(value, depth).join(",")}}`;
}

function writeMembers(value: object, depth: number): string[] {
  const byName = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return byName.flatMap(([name, member]) => {
    const text = write(member, depth + 1);
    return text === undefined ? [] : [`${JSON.stringify(name)}:${text}`];
  });
}
