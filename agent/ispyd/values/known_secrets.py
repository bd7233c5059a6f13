"""A value that its name or type hid may stand elsewhere under a harmless name (`kept = (password, user)`): there it is hidden too.

The last step over a value, since the harmless place may come first.
"""

import re
from typing import Any, Dict, List, Tuple

from ispyd.redaction.redactor import Redactor

_MOST_SECRETS = 200
_LONGEST_SECRET = 4_096
_SHORTEST_SECRET = 8
# A text that was cut may end with the beginning of a secret.
_SHORTEST_BEGINNING = 4
# Plain words ("production"), numbers and addresses ("10.0.0.7") are hidden where their name says so and nowhere else.
_PLAIN = re.compile(r"[A-Za-z_ -]*|[0-9.:, -]*", re.ASCII)

_Secrets = List[Tuple[str, str]]


class KnownSecrets:
    __slots__ = ("_rules",)

    def __init__(self) -> None:
        self._rules: Dict[str, str] = {}

    def add(self, text: str, rule: str) -> None:
        """Remembers a text that a rule hid as a whole."""
        telling = _SHORTEST_SECRET <= len(text) <= _LONGEST_SECRET and _PLAIN.fullmatch(text) is None
        if telling and len(self._rules) < _MOST_SECRETS:
            self._rules[text] = rule

    def hide_in(self, value: Dict[str, Any], redactor: Redactor) -> None:
        """Takes those texts out of a Value, wherever they stand."""
        if self._rules:
            _hide_in(value, sorted(self._rules.items(), key=lambda one: -len(one[0])), redactor)


def _hide_in(value: Dict[str, Any], secrets: _Secrets, redactor: Redactor) -> None:
    _hide_in_own_text(value, secrets, redactor)
    for item in value.get("items", ()):
        _hide_in(item, secrets, redactor)
    for entry in value.get("entries", ()):
        _hide_in(entry["key"], secrets, redactor)
        _hide_in(entry["value"], secrets, redactor)
    for field in value.get("fields", ()):
        for secret, rule in secrets:
            field["name"] = _replace_all(field["name"], secret, rule, redactor)
        _hide_in(field["value"], secrets, redactor)


def _hide_in_own_text(value: Dict[str, Any], secrets: _Secrets, redactor: Redactor) -> None:
    text = value.get("text")
    if text is None:
        return
    rules = dict.fromkeys([value["hidden"]] if "hidden" in value else [])
    for secret, rule in secrets:
        shown = _replace_all(text, secret, rule, redactor)
        if "cut" in value:
            shown = _replace_beginning(shown, secret, rule, redactor)
        if shown != text:
            rules[rule] = None
            text = shown
    if text != value["text"]:
        value["text"] = text
        value["hidden"] = ", ".join(rules)


def _replace_all(text: str, secret: str, rule: str, redactor: Redactor) -> str:
    return text.replace(secret, redactor.hide(rule, secret)) if secret in text else text


def _replace_beginning(text: str, secret: str, rule: str, redactor: Redactor) -> str:
    for length in range(min(len(secret) - 1, len(text)), _SHORTEST_BEGINNING - 1, -1):
        if text.endswith(secret[:length]):
            return text[: len(text) - length] + redactor.hide(rule, secret)
    return text
