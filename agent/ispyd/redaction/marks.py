"""What is shown in place of a secret: `<hidden: JWT #3fa9c2d1>`. ASCII only, so that it survives any terminal, log and ticket."""

import re
from typing import List, Optional, Tuple

from ispyd.redaction.rules import NAMES, TYPES, VALUE_RULES

_MARK = re.compile(r"<hidden: ([^<>#\r\n]{1,80}?)(?: #[0-9a-f]{8})?>", re.ASCII)


def _label_of(rule: str) -> str:
    return rule[len("value: ") :] if rule.startswith("value: ") else rule.replace(": ", " ", 1)


# Only the labels of known rules make a mark, so that an application can't dress up a secret as one.
_LABELS = frozenset(
    [_label_of(rule.id) for rule in VALUE_RULES]
    + ["name " + entry for key in ("exact", "contains", "words") for entry in NAMES[key]]
    + ["type " + entry for key in ("exact", "contains") for entry in TYPES[key]]
)


def mark_of(rule: str, fingerprint: str = "") -> str:
    """The mark of a rule; `value: JWT` reads `JWT`, `name: password` reads `name password`."""
    return "<hidden: %s #%s>" % (_label_of(rule), fingerprint) if fingerprint else "<hidden: %s>" % _label_of(rule)


def mark_end(text: str, at: int) -> Optional[int]:
    """Where the mark that begins at `at` ends; None where none begins."""
    found = _MARK.match(text, at)
    return found.end() if found is not None and found.group(1) in _LABELS else None


def is_mark(text: str) -> bool:
    return mark_end(text, 0) == len(text)


def marks_in(text: str) -> List[Tuple[int, int]]:
    """The marks that stand in a text already, in order."""
    if "<hidden: " not in text:
        return []
    return [found.span() for found in _MARK.finditer(text) if found.group(1) in _LABELS]


def cut_between_marks(text: str, limit: int) -> str:
    """The text with at most `limit` characters, cut before a mark rather than within one."""
    if len(text) <= limit:
        return text
    most = max(0, limit)
    for start, end in marks_in(text):
        if start < most < end:
            return text[:start]
    return text[:most]
