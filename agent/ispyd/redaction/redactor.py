"""The one place where texts of the application lose their secrets, before anything is cut, sent or logged.

One redactor for one answer: its key makes equal secrets comparable within that answer only.
"""

from typing import Dict, List, NamedTuple, Optional, Sequence, Set, Tuple

from ispyd.redaction.arguments import TextRedaction, redact_argument_list
from ispyd.redaction.fingerprint import create_fingerprint
from ispyd.redaction.marks import cut_between_marks, is_mark, mark_of, marks_in
from ispyd.redaction.named_findings import find_named
from ispyd.redaction.names import Names
from ispyd.redaction.rules import LIMITS, READABLE_VALUES
from ispyd.redaction.spans import Span, merge_spans, outside_marks
from ispyd.redaction.type_names import type_rule
from ispyd.redaction.value_findings import find_values

_SCANNED = LIMITS["scannedCharacters"]
_UNSHOWN = LIMITS["unshownCharacters"]
_FINGERPRINTS = LIMITS["fingerprintsPerText"]
_LONGEST_KNOWN = 64
_MOST_KNOWN = 4_096


class RedactedCut(NamedTuple):
    """A text without its secrets, cut to a limit; `rules` are those that hid something, each once."""

    text: str
    rules: Tuple[str, ...]
    is_cut: bool


class _Scanned(NamedTuple):
    text: str
    rules: Tuple[str, ...]
    # Characters at the end of the text that are not shown.
    unshown: int


class Redactor:
    """Every text is an exact str or is made one; nothing of an application's subclass of str runs."""

    def __init__(self, key: bytes) -> None:
        """`key`: random bytes, made for this answer and forgotten with it."""
        self.fingerprint = create_fingerprint(key)
        self._names = Names()
        self._counts: Dict[str, int] = {}
        self._clean: Set[str] = set()

    def text(self, text: str) -> str:
        """Replaces every secret in the text by a mark. Of more than 16,384 characters the rest is neither scanned nor shown, and the text says so."""
        scanned = self._scan(text, False)
        return scanned.text + "<not scanned, not shown: %d characters>" % scanned.unshown if scanned.unshown > 0 else scanned.text

    def cut(self, text: str, limit: int, is_beginning: bool = False) -> RedactedCut:
        """As `text`, and then at most `limit` characters: a secret across the cut is hidden first.

        `is_beginning`: the text is the beginning of a longer one; its last 1,024 characters are scanned but not shown, as a secret may begin there.
        """
        scanned = self._scan(text, is_beginning)
        shown = cut_between_marks(scanned.text, limit)
        return RedactedCut(shown, scanned.rules, scanned.unshown > 0 or len(shown) < len(scanned.text))

    def named(self, name: str, text: str) -> str:
        """Hides the whole text where its name demands it, else as `text`. The name itself is text of the application too: pass it through `text`."""
        rule = self.hides_name(name)
        return self.text(text) if rule is None else self.hide(rule, text)

    def hide(self, rule: str, text: str) -> str:
        """Hides the whole text under a rule that `hides_name` or `hides_type` gave; what holds no secret whatever its name is stays."""
        exact = _exact(text)
        if exact == "" or exact in READABLE_VALUES or is_mark(exact):
            return exact
        self.count_hidden(rule)
        return mark_of(rule, self.fingerprint(exact))

    def count_hidden(self, rule: str) -> None:
        """Counts something that the caller left out of the answer under a rule, such as a whole object."""
        self._counts[rule] = self._counts.get(rule, 0) + 1

    def arguments(self, arguments: Sequence[str]) -> List[str]:
        """A command line, argument by argument."""
        return redact_argument_list([_exact(one) for one in arguments], TextRedaction(self._names, self.text, self.hide))

    def hides_name(self, name: str) -> Optional[str]:
        """The rule that hides every value under this name, or None."""
        return self._names.rule(_exact(name))

    def hides_type(self, type_name: str) -> Optional[str]:
        """The rule that hides every value of this Python type, or None."""
        return type_rule(_exact(type_name))

    def totals(self) -> List[Dict[str, object]]:
        """Everything this redactor hid so far: `{"rule": "name: password", "count": 1}`, in order of first appearance."""
        return [{"rule": rule, "count": count} for rule, count in self._counts.items()]

    def _scan(self, text: str, is_beginning: bool) -> _Scanned:
        text = _exact(text)
        if text in self._clean and not is_beginning:
            return _Scanned(text, (), 0)
        is_beginning = is_beginning or len(text) > _SCANNED
        scanned = text[:_SCANNED]
        lower_text = scanned.lower()
        found = find_named(scanned, lower_text, self._names) + find_values(scanned, lower_text)
        shown_end = max(0, len(scanned) - _UNSHOWN) if is_beginning else len(scanned)
        if found:
            return self._replace(text, merge_spans(outside_marks(found, marks_in(scanned))), shown_end)
        if len(text) <= _LONGEST_KNOWN and not is_beginning and len(self._clean) < _MOST_KNOWN:
            self._clean.add(text)
        return _Scanned(cut_between_marks(text, shown_end), (), len(text) - shown_end)

    def _replace(self, text: str, spans: Sequence[Span], shown_end: int) -> _Scanned:
        """The first secrets of many carry fingerprints, the rest only marks: a text full of secrets must not cost more than its time."""
        parts: List[str] = []
        rules: Dict[str, None] = {}
        at = 0
        for index, span in enumerate(spans):
            if span.start >= shown_end:
                break
            fingerprint = self.fingerprint(text[span.start : span.end]) if index < _FINGERPRINTS else ""
            parts += (text[at : span.start], mark_of(span.rule, fingerprint))
            self.count_hidden(span.rule)
            rules[span.rule] = None
            at = span.end
        parts.append(cut_between_marks(text[at:], max(0, shown_end - at)))
        return _Scanned("".join(parts), tuple(rules), len(text) - max(at, shown_end))


def _exact(text: str) -> str:
    """A str as such, of a subclass the characters: slicing by str's own method copies them. Raises TypeError for anything else."""
    return text if type(text) is str else str.__getitem__(text, slice(None))
