"""Stretches of a text that a rule found, and how overlapping ones become one.

Every rule looks at the original text; nothing is replaced before all have spoken.
"""

from typing import List, NamedTuple, Sequence, Tuple


class Span(NamedTuple):
    start: int
    end: int
    rule: str
    # Rules whose findings this one leaves alone where they overlap.
    yields_to: Tuple[str, ...] = ()


def _start(span: Span) -> int:
    return span.start


def outside_marks(found: Sequence[Span], marks: Sequence[Tuple[int, int]]) -> Sequence[Span]:
    """The spans that say something new: what lies wholly within a mark is a mark's own words. `marks` are disjoint and in order."""
    if not marks:
        return found
    kept: List[Span] = []
    following = 0
    for span in sorted(found, key=_start):
        while following < len(marks) and marks[following][1] <= span.start:
            following += 1
        within = following < len(marks) and span.start >= marks[following][0] and span.end <= marks[following][1]
        if not within:
            kept.append(span)
    return kept


def merge_spans(found: Sequence[Span]) -> List[Span]:
    """Disjoint, in order. Where spans overlap their union is hidden, under the rule of the longest (the first found of equals)."""
    merged: List[Span] = []
    longest = 0
    for span in sorted(_without_yielding(found), key=_start):
        length = span.end - span.start
        if not merged or span.start >= merged[-1].end:
            merged.append(span)
            longest = length
            continue
        last = merged[-1]
        merged[-1] = Span(last.start, max(last.end, span.end), span.rule if length > longest else last.rule)
        longest = max(longest, length)
    return merged


def _without_yielding(found: Sequence[Span]) -> Sequence[Span]:
    """An e-mail address that is only the end of `user:password@host` goes: the host is to stay."""
    rules = {rule for span in found for rule in span.yields_to}
    if not rules:
        return found
    stronger = sorted((span for span in found if span.rule in rules), key=_start)
    kept: List[Span] = []
    following = 0
    for span in sorted(found, key=_start):
        if span.yields_to:
            while following < len(stronger) and stronger[following].end <= span.start:
                following += 1
            if following < len(stronger) and stronger[following].start < span.end and stronger[following].rule in span.yields_to:
                continue
        kept.append(span)
    return kept
