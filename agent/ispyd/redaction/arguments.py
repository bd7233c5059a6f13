"""Command lines: the value after `--password`, assignments to the environment, short options of programs whose value is a password.

What stays of each argument passes the rules for texts.
"""

import re
from typing import Callable, List, NamedTuple, Optional, Sequence

from ispyd.redaction.names import Names
from ispyd.redaction.rules import COMMAND_RULES, CommandRule

COMMAND_PASSWORD = "value: password in a command"
_OPTION_START = re.compile("--[A-Za-z]")
_ASSIGNMENT = re.compile("-{0,2}([A-Za-z_][A-Za-z0-9_.-]*)=", re.ASCII)
_OPTION = re.compile(r"-{1,2}([A-Za-z][A-Za-z0-9_.-]*)\Z", re.ASCII)
_LONGEST_PROGRAM = 4_096


class TextRedaction(NamedTuple):
    """The parts of a redactor that command lines need."""

    names: Names
    text: Callable[[str], str]
    hide: Callable[[str, str], str]


class _Announced(NamedTuple):
    """What the argument before says about the next one."""

    rule: str
    after_colon: bool


def redact_argument_list(arguments: Sequence[str], redaction: TextRedaction) -> List[str]:
    """The arguments one by one; a rule of a program holds from the argument that names it on (`sudo mysql -psecret`)."""
    shown: List[str] = []
    active: List[CommandRule] = []
    expected: Optional[_Announced] = None
    for argument in arguments:
        announced = None if _OPTION_START.match(argument) else expected
        if announced is None:
            shown.append(_redact_one(argument, active, redaction))
            expected = _announced_by(argument, active, redaction.names)
        else:
            shown.append(_redact_expected(argument, announced, redaction))
            expected = None
        program = "" if len(argument) > _LONGEST_PROGRAM else argument[argument.rfind("/") + 1 :]
        active += [rule for rule in COMMAND_RULES if program in rule.programs and rule not in active]
    return shown


def _redact_expected(argument: str, announced: _Announced, redaction: TextRedaction) -> str:
    if not announced.after_colon:
        return redaction.hide(announced.rule, argument)
    user, colon, secret = argument.partition(":")
    return user + colon + redaction.hide(announced.rule, secret) if colon else redaction.text(argument)


def _redact_one(argument: str, active: Sequence[CommandRule], redaction: TextRedaction) -> str:
    # Short options first: in `-pabc_key=x` the whole of `abc_key=x` is the password.
    for command in active:
        for flag in command.glued:
            if argument.startswith(flag) and len(argument) > len(flag):
                return flag + redaction.hide(COMMAND_PASSWORD, argument[len(flag) :])
    colon = _glued_colon(argument, active)
    if colon >= 0:
        return argument[: colon + 1] + redaction.hide(COMMAND_PASSWORD, argument[colon + 1 :])
    assigned = _ASSIGNMENT.match(argument)
    rule = None if assigned is None else redaction.names.rule(assigned.group(1))
    if assigned is None or rule is None:
        return redaction.text(argument)
    return assigned.group() + redaction.hide(rule, argument[assigned.end() :])


def _glued_colon(argument: str, active: Sequence[CommandRule]) -> int:
    """Where the colon of `-ubob:secret` and `--user=bob:secret` stands; -1 in any other argument."""
    for command in active:
        for flag in command.next_after_colon:
            start = flag + "=" if flag.startswith("--") else flag
            if argument.startswith(start):
                return argument.find(":", len(start))
    return -1


def _announced_by(argument: str, active: Sequence[CommandRule], names: Names) -> Optional[_Announced]:
    if any(argument in command.next for command in active):
        return _Announced(COMMAND_PASSWORD, False)
    if any(argument in command.next_after_colon for command in active):
        return _Announced(COMMAND_PASSWORD, True)
    option = _OPTION.match(argument)
    rule = None if option is None else names.rule(option.group(1))
    return None if rule is None else _Announced(rule, False)
