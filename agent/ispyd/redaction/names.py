"""Whether the name of a value is enough to hide it: variables, keys, headers, settings, options.

Asked by the redactor for every name that stands beside a value, in texts and in structures.
"""

import re
from typing import Dict, List, Optional

from ispyd.redaction.rules import LIMITS, NAMES

_EXACT = frozenset(NAMES["exact"])
_WORDS = frozenset(NAMES["words"])
_CONTAINED = sorted(NAMES["contains"], key=len, reverse=True)
# A name with "password" in it has "pass" in it: these alone tell whether any contained word can be there.
_SHORTEST = [word for word in _CONTAINED if not any(other != word and other in word for other in _CONTAINED)]
_PROSE = frozenset(NAMES["prose"])
_PROSE_ENDINGS = tuple(NAMES["proseEndings"])
_READABLE = NAMES["readable"]
_WHOLE_LINE = NAMES["wholeLine"]

_HUMP = re.compile("([a-z0-9])([A-Z])")
_SEPARATORS = re.compile("[-_. \\t\"'$]+")
_ASCII = re.compile("[ -~]+")

_MOST_ANSWERS = 2_000
_LONGEST_KNOWN = 64


class Names:
    """The answers of one redactor: it remembers names, which are the application's, so it ends with the answer."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: Dict[str, Optional[str]] = {}

    def rule(self, name: str) -> Optional[str]:
        """The rule that hides every value under this name (`name: password`), or None."""
        if len(name) < 2:
            return None
        if name in self._known:
            return self._known[name]
        entry = _hidden_entry(name)
        answer = None if entry is None else "name: " + _ascii_entry(entry)
        if len(self._known) >= _MOST_ANSWERS:
            self._known.clear()
        if len(name) <= _LONGEST_KNOWN:
            self._known[name] = answer
        return answer

    def prose_rule(self, name: str) -> Optional[str]:
        """As `rule`, for `Name: value` in running text, where `KeyError: x` and `API: x` are no secrets."""
        rule = self.rule(name)
        if rule is None or _compact(name).endswith(_PROSE_ENDINGS):
            return None
        return rule if rule[len("name: ") :] in _PROSE else None


def takes_whole_line(name: str) -> bool:
    """Whether everything up to the end of the line belongs to the value (`Cookie: a=b; c=d`)."""
    compact = _compact(name)
    return any(word in compact for word in _WHOLE_LINE)


def _snake(name: str) -> str:
    """Lower case, words joined by `_`: at separators, and where a capital follows a small letter. A long name counts by both its ends."""
    half = LIMITS["nameCharacters"] // 2
    bounded = name[:half] + "_" + name[-half:] if len(name) > half * 2 else name
    return _SEPARATORS.sub("_", _HUMP.sub(r"\1_\2", bounded)).lower()


def _compact(name: str) -> str:
    return _snake(name).replace("_", "")


def _hidden_entry(name: str) -> Optional[str]:
    snake = _snake(name)
    compact = snake.replace("_", "")
    return _contained(snake, compact) or _exact(compact) or _secret_word(snake)


def _bare(word: str) -> List[str]:
    """A plural or a number at the end changes nothing."""
    return [word, word.rstrip("0123456789"), word[:-1] if word.endswith("s") else word]


def _exact(compact: str) -> Optional[str]:
    # WSGI writes headers as HTTP_X.
    forms = [compact, *_bare(compact[4:] if compact.startswith("http") else compact)]
    return next((form for form in forms if form in _EXACT), None)


def _secret_word(snake: str) -> Optional[str]:
    """A short word that means a secret where it stands alone (`user_pin`, not `pinned`)."""
    return next((form for word in snake.split("_") for form in _bare(word) if form in _WORDS), None)


def _ascii_entry(entry: str) -> str:
    """Marks are ASCII; the words of other scripts in the rules all mean a password."""
    return entry if _ASCII.fullmatch(entry) else "password"


def _contained(snake: str, compact: str) -> Optional[str]:
    """The longest contained word that is not merely part of a harmless word (`key` in `keyboard`)."""
    for word in _SHORTEST:
        if word in compact:
            break
    else:
        return None
    harmless = _harmless_letters(snake)
    for word in _CONTAINED:
        at = compact.find(word)
        while at >= 0:
            if not all(harmless[at : at + len(word)]):
                return word
            at = compact.find(word, at + 1)
    return None


def _harmless_letters(snake: str) -> List[bool]:
    """For each letter of the compact name, whether it belongs to a harmless word."""
    marked = [False] * len(snake)
    for word in _READABLE:
        at = snake.find(word)
        while at >= 0:
            marked[at : at + len(word)] = [True] * len(word)
            at = snake.find(word, at + 1)
    return [flag for flag, letter in zip(marked, snake) if letter != "_"]
