"""Finds the secrets that show by themselves: tokens, keys, card numbers, addresses."""

from typing import List

from ispyd.redaction.rules import VALUE_GATE, VALUE_RULES, ValueRule
from ispyd.redaction.spans import Span
from ispyd.redaction.value_checks import VALUE_CHECKS


def find_values(text: str, lower_text: str) -> List[Span]:
    """Every stretch of the text that a value rule recognises. `lower_text` is the text in lower case."""
    spans: List[Span] = []
    for index in VALUE_GATE.open_for(lower_text):
        _find_by_rule(text, VALUE_RULES[index], spans)
    return spans


def _find_by_rule(text: str, rule: ValueRule, spans: List[Span]) -> None:
    check = VALUE_CHECKS[rule.check] if rule.check else None
    for found in rule.pattern.get().finditer(text):
        start, end = found.span(1) if rule.group and found.group(1) is not None else found.span()
        for stretch in ((start, end),) if check is None else check(text, start, end):
            spans.append(Span(stretch[0], stretch[1], rule.id, rule.yields_to))
