"""Finds the values that stand in a text beside a name that hides them: dicts, keyword arguments, headers, query strings, options."""

import re
from typing import List

from ispyd.redaction.marks import is_mark
from ispyd.redaction.names import Names, takes_whole_line
from ispyd.redaction.rules import ASSIGNMENT_GATE, ASSIGNMENT_RULES, AssignmentRule
from ispyd.redaction.spans import Span
from ispyd.redaction.value_extent import value_extent

_LINE_NUMBER = re.compile("[0-9]{1,7}(?![0-9A-Za-z])")


def find_named(text: str, lower_text: str, names: Names) -> List[Span]:
    """Every value in the text that its name hides. `lower_text` is the text in lower case."""
    spans: List[Span] = []
    for index in ASSIGNMENT_GATE.open_for(lower_text):
        _find_by_rule(text, ASSIGNMENT_RULES[index], names, spans)
    return spans


def _find_by_rule(text: str, rule: AssignmentRule, names: Names, spans: List[Span]) -> None:
    pattern = rule.pattern.get()
    hiding_rule = names.rule if rule.names == "all" else names.prose_rule
    found = pattern.search(text)
    while found is not None:
        name, at = found.group(1), found.end()
        hidden_by = hiding_rule(name)
        if hidden_by is not None and not _is_place_in_file(name, text[at : at + 8]):
            ending = rule.whole_line_ending if rule.whole_line_ending and takes_whole_line(name) else rule.ending
            start, end, following = value_extent(text, at, ending)
            if end - start >= rule.least and not is_mark(text[start:end]):
                spans.append(Span(start, end, hidden_by))
            at = max(at, following)
        found = pattern.search(text, at)


def _is_place_in_file(name: str, rest: str) -> bool:
    """ "password_reset.py:33" is a line of a file, not a password."""
    return name.endswith((".py", ".pyx")) and _LINE_NUMBER.match(rest) is not None
