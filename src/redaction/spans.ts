// Stretches of a text that a rule found, and how overlapping ones become one.
// Every rule looks at the original text; nothing is replaced before all have spoken.

export interface Span {
  start: number;
  end: number;
  rule: string;
  /** Rules whose findings this one leaves alone where they overlap. */
  yieldsTo?: readonly string[];
}

/** The spans that say something new: what lies wholly within a mark is a mark's own words. `marks` are disjoint and in order. */
export function outsideMarks(found: readonly Span[], marks: readonly { start: number; end: number }[]): readonly Span[] {
  if (marks.length === 0) return found;
  let next = 0;
  return [...found]
    .sort((one, other) => one.start - other.start)
    .filter((span) => {
      while (next < marks.length && (marks[next]?.end ?? 0) <= span.start) next += 1;
      const mark = marks[next];
      return mark === undefined || span.start < mark.start || span.end > mark.end;
    });
}

/** Disjoint, in order. Where spans overlap their union is hidden, under the rule of the longest (the first found of equals). */
export function mergeSpans(found: readonly Span[]): Span[] {
  const ordered = withoutYielding(found).sort((one, other) => one.start - other.start);
  const merged: Span[] = [];
  let longest = 0;
  for (const span of ordered) {
    const last = merged.at(-1);
    const length = span.end - span.start;
    if (last === undefined || span.start >= last.end) {
      merged.push({ start: span.start, end: span.end, rule: span.rule });
      longest = length;
      continue;
    }
    last.end = Math.max(last.end, span.end);
    if (length > longest) {
      last.rule = span.rule;
      longest = length;
    }
  }
  return merged;
}

/** An e-mail address that is only the end of `user:password@host` goes: the host is to stay. */
function withoutYielding(found: readonly Span[]): Span[] {
  const rules = new Set(found.flatMap((span) => span.yieldsTo ?? []));
  if (rules.size === 0) return [...found];
  const stronger = found.filter((span) => rules.has(span.rule)).sort((one, other) => one.start - other.start);
  let next = 0;
  return [...found]
    .sort((one, other) => one.start - other.start)
    .filter((span) => {
      if (span.yieldsTo === undefined) return true;
      while (next < stronger.length && (stronger[next]?.end ?? 0) <= span.start) next += 1;
      const other = stronger[next];
      return other === undefined || other.start >= span.end || !span.yieldsTo.includes(other.rule);
    });
}
