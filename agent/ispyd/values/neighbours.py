"""What stands beside a value may say that it is secret: the key of a dict, the first of a pair (headers), a "name" beside a "value"
(settings, form fields).
"""

from typing import Any, List, Optional, Sequence

from ispyd.values.walk import Named, Walk, key_text

_NAMING = frozenset(["name", "key", "header", "field", "variable", "id", "label"])
_NAMED = frozenset(["value", "val", "data", "content", "text", "default", "values"])


def pair_rule(walk: Walk, items: Sequence[Any]) -> Optional[str]:
    """The rule that hides the second of two items, where the first is a text that names it."""
    if len(items) != 2:
        return None
    name = key_text(walk, items[0])
    return None if name is None else walk.redactor.hides_name(name)


def value_rules(walk: Walk, named: Named) -> List[Optional[str]]:
    """The rule of each value among named ones: by its own name, or by what a neighbour called "name" holds."""
    lower = [None if name is None else name.lower() for name, _value in named]
    given: Optional[str] = None
    if any(name in _NAMED for name in lower):
        given = next((key_text(walk, value) for name, (_name, value) in zip(lower, named) if name in _NAMING), None)
    rule = None if given is None else walk.redactor.hides_name(given)
    rules: List[Optional[str]] = []
    for (name, _value), lowered in zip(named, lower):
        own = None if name is None else walk.redactor.hides_name(name)
        rules.append(own if own is not None else rule if lowered in _NAMED else None)
    return rules
