"""The rules of rules.json with their patterns compiled when they are first needed: data on one side, the engine on the other.

rules.json is a copy of src/redaction/rules.json, written by the build; everything that decides what is hidden stands there.
"""

import json
import pkgutil
import re
from typing import Any, Dict, List, NamedTuple, Optional, Pattern, Sequence, Tuple


class LazyPattern:
    """A pattern of the rules: most of an application's texts need none of them, and compiling all takes a tenth of a second."""

    __slots__ = ("_compiled", "_flags", "_source")

    def __init__(self, source: str, flags: str = "") -> None:
        self._source = source
        self._flags = re.ASCII | (re.IGNORECASE if "i" in flags else 0)
        self._compiled: Optional[Pattern[str]] = None

    def get(self) -> Pattern[str]:
        compiled = self._compiled
        if compiled is None:
            compiled = self._compiled = re.compile(self._source, self._flags)
        return compiled


class ValueRule(NamedTuple):
    """A kind of secret that shows by itself, wherever it stands."""

    id: str
    pattern: LazyPattern
    # Lower-case texts of which one must occur for the rule to be tried; empty: always.
    needs: Tuple[str, ...]
    # 1: only the first group is hidden.
    group: int
    # A test that no pattern can make (value_checks.py).
    check: str
    # Rules whose findings this one leaves alone where they overlap.
    yields_to: Tuple[str, ...]


class AssignmentRule(NamedTuple):
    """A way to write down a name with its value; group 1 is the name, the value begins where the match ends."""

    pattern: LazyPattern
    needs: Tuple[str, ...]
    # "all": any hidden name; "prose": only names that mean a secret in a sentence too.
    names: str
    # Which entry of `ENDINGS` finds the end of a value that has neither quotes nor brackets.
    ending: str
    # The ending for names whose value takes the whole line; empty: the same.
    whole_line_ending: str
    # Values with fewer characters stay.
    least: int


class CommandRule(NamedTuple):
    """Short options of programs whose value is a password."""

    programs: Tuple[str, ...]
    # The password follows in the same argument: `-psecret`.
    glued: Tuple[str, ...]
    # The next argument is the password.
    next: Tuple[str, ...]
    # The next argument is `user:password`.
    next_after_colon: Tuple[str, ...]


def _read() -> Dict[str, Any]:
    data = pkgutil.get_data(__package__ or "ispyd.redaction", "rules.json")
    if data is None:
        raise RuntimeError("rules.json is not beside the agent's redaction engine")
    rules: Dict[str, Any] = json.loads(data)
    return rules


def _value_rule(rule: Dict[str, Any]) -> ValueRule:
    pattern = LazyPattern(rule["pattern"], rule.get("flags", ""))
    return ValueRule(
        rule["id"], pattern, tuple(rule.get("needs", ())), rule.get("group", 0), rule.get("check", ""), tuple(rule.get("yieldsTo", ()))
    )


def _assignment_rule(rule: Dict[str, Any]) -> AssignmentRule:
    return AssignmentRule(
        LazyPattern(rule["pattern"]),
        tuple(rule.get("needs", ())),
        rule["names"],
        rule["ending"],
        rule.get("wholeLineEnding", ""),
        rule.get("least", 1),
    )


def _command_rule(rule: Dict[str, Any]) -> CommandRule:
    return CommandRule(tuple(rule["programs"]), tuple(rule["glued"]), tuple(rule["next"]), tuple(rule["nextAfterColon"]))


_RULES = _read()
LIMITS: Dict[str, int] = _RULES["limits"]
NAMES: Dict[str, List[str]] = _RULES["names"]
TYPES: Dict[str, List[str]] = _RULES["types"]
READABLE_VALUES = frozenset(NAMES["readableValues"])
SECRET_WORDS: Sequence[str] = tuple(_RULES["secretWords"])
SECRET_WORDS_FOR_UUID: Sequence[str] = tuple(_RULES["secretWordsForUuid"])
VALUE_RULES: Sequence[ValueRule] = tuple(_value_rule(rule) for rule in _RULES["values"])
ASSIGNMENT_RULES: Sequence[AssignmentRule] = tuple(_assignment_rule(rule) for rule in _RULES["assignments"])
ENDINGS: Dict[str, LazyPattern] = {name: LazyPattern(pattern) for name, pattern in _RULES["endings"].items()}
COMMAND_RULES: Sequence[CommandRule] = tuple(_command_rule(rule) for rule in _RULES["commands"])


class Gate:
    """Tells which rules can match at all: nearly all texts of an application hold none of the texts that their rules need.

    A need with a special character is looked for only where that character occurs.
    """

    __slots__ = ("_always", "_groups")

    def __init__(self, needs_of_rules: Sequence[Tuple[str, ...]]) -> None:
        self._always = [index for index, needs in enumerate(needs_of_rules) if not needs]
        groups: Dict[str, List[Tuple[str, int]]] = {}
        for index, needs in enumerate(needs_of_rules):
            for need in needs:
                special = next((letter for letter in need if letter in _SPECIAL), "")
                groups.setdefault(special, []).append((need, index))
        self._groups = [(special, tuple(pairs)) for special, pairs in groups.items()]

    def open_for(self, lower_text: str) -> List[int]:
        """The indices of the rules worth trying, in order. `lower_text` is the text in lower case."""
        found = self._always
        for special, pairs in self._groups:
            if special in lower_text:
                for need, index in pairs:
                    if need in lower_text:
                        found = [*found, index]
        return found if found is self._always else sorted(set(found))


_SPECIAL = "=:'\"_-./@%$;~ "
VALUE_GATE = Gate([rule.needs for rule in VALUE_RULES])
ASSIGNMENT_GATE = Gate([rule.needs for rule in ASSIGNMENT_RULES])
