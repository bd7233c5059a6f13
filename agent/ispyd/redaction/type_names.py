"""Whether the type of a value is enough to hide it: SecretStr, private keys, cookies, credentials. Asked before a value is looked at."""

from typing import Optional

from ispyd.redaction.rules import TYPES

_EXACT = frozenset(TYPES["exact"])
_CONTAINED = TYPES["contains"]
_LONGEST = 512


def type_rule(type_name: str) -> Optional[str]:
    """The rule that hides every value of this type (`type: SecretStr`), or None.

    `type_name` is a Python type with or without its module; rules without a module hold for any.
    """
    bounded = type_name[-_LONGEST:]
    if bounded in _EXACT:
        return "type: " + bounded
    last = bounded[bounded.rfind(".") + 1 :].partition("[")[0]
    if last in _EXACT:
        return "type: " + last
    compact = last.replace("_", "").lower()
    for word in _CONTAINED:
        if word in compact:
            return "type: " + word
    return None
