"""Types and fingerprints of values instead of the values: enough to see that two workers differ, and in what."""

import json
from typing import Any, Dict, Optional

from ispyd.plugin import Context
from ispyd.python_facts.borrowed import class_full_name
from ispyd.redaction.redactor import RedactedCut, Redactor
from ispyd.values.serialise import Limits, Serialiser

_LIMITS = Limits(depth=6, items=1_000, fields=200, characters=4_096, size_bytes=4 * 1_024 * 1_024, duration_ms=10_000)


class Shapes:
    """Of the values of one answer."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._serialiser = Serialiser(_Nothing(b""), _LIMITS, context.check)

    def of(self, name: str, value: Any) -> Dict[str, str]:
        """The name is part of what is hashed: equal values of two names do not tell each other."""
        text = json.dumps([name, _comparable(self._serialiser.value(value))], sort_keys=True)
        return {"name": name, "type": class_full_name(type(value)), "fingerprint": self._context.fingerprint(text)}


class _Nothing(Redactor):
    """Hides nothing, since two secrets that differ must have two fingerprints. What was read with it is hashed and forgotten."""

    def text(self, text: str) -> str:
        return str.__getitem__(text, slice(None))

    def cut(self, text: str, limit: int, is_beginning: bool = False) -> RedactedCut:
        shown = str.__getitem__(text, slice(0, limit))
        return RedactedCut(shown, (), is_beginning or str.__len__(text) > limit)

    def hides_name(self, name: str) -> Optional[str]:
        return None

    def hides_type(self, type_name: str) -> Optional[str]:
        return None


def _comparable(found: Any) -> Any:
    """Where an object lies says nothing of what it is, nor does the order of a set."""
    if type(found) is list:
        return [_comparable(item) for item in found]
    if type(found) is not dict:
        return found
    parts = {key: _comparable(item) for key, item in found.items() if key != "address"}
    if parts.get("kind") in ("set", "frozenset") and type(parts.get("items")) is list:
        parts["items"].sort(key=json.dumps)
    return parts
