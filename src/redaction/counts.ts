// How often each rule hid something: what an answer reports and the audit log keeps.

export interface Redaction {
  /** The id of the rule: `name: password`, `value: JWT`, `type: SecretStr`. */
  rule: string;
  count: number;
}

/** One list out of many, each rule once, in order of first appearance. */
export function sumRedactions(lists: Iterable<readonly Redaction[]>): Redaction[] {
  const counts = new Map<string, number>();
  for (const list of lists) {
    for (const { rule, count } of list) counts.set(rule, (counts.get(rule) ?? 0) + count);
  }
  return [...counts].map(([rule, count]) => ({ rule, count }));
}
