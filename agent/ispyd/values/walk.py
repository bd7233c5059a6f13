"""What the readers of values share: the limits, the redactor, what is known of classes, and the way back into the walk for what a value holds."""

from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from ispyd.redaction.redactor import Redactor
from ispyd.values import genuine
from ispyd.values.budget import Budget, own_bytes
from ispyd.values.genuine import identity
from ispyd.values.holding import Holding
from ispyd.values.known_secrets import KnownSecrets
from ispyd.values.known_types import KnownType, TypeBook
from ispyd.values.type_members import MemberBook

# The JSON of src/stacks/value.ts.
Value = Dict[str, Any]

# Values under the names that they have, None where a key is no text.
Named = List[Tuple[Optional[str], Any]]

# As much of a text is scanned for secrets before it is cut.
SCANNED_CHARACTERS = 16_384
LONGEST_KEY = 512


class Limits(NamedTuple):
    """Most of each that one answer takes."""

    # Levels of nesting: 1 shows a value's own items, and of those only what they are.
    depth: int = 3
    # Items of a sequence, set or mapping.
    items: int = 50
    # Attributes of an object.
    fields: int = 20
    # Characters of a text.
    characters: int = 256
    # Bytes of all values of the answer, as JSON.
    size_bytes: int = 32 * 1_024
    duration_ms: float = 1_000


class Place(NamedTuple):
    """Where a value stands in the answer."""

    # Levels that may still be opened.
    depth: int
    # The ids of the objects around it, outermost first.
    above: Tuple[int, ...]
    # The rule by which its name hides it.
    rule: Optional[str]


class Subject(NamedTuple):
    """An object that is about to be read."""

    obj: Any
    type: KnownType
    place: Place


class Walk:
    """One walk from one object. Nothing in it refers back to it, so that it ends when the call does."""

    __slots__ = ("_reader", "budget", "holding", "limits", "members", "redactor", "secrets", "types")

    def __init__(self, redactor: Redactor, limits: Limits, budget: Budget, secrets: KnownSecrets, holding: Holding, reader: "Reader") -> None:
        self.redactor = redactor
        self.limits = limits
        self.budget = budget
        self.secrets = secrets
        self.holding = holding
        self.types = TypeBook(redactor, holding)
        self.members = MemberBook(self.types)
        self._reader = reader

    def read(self, obj: Any, place: Place) -> Value:
        """The value of an object at a place; what it takes is counted."""
        value = self._reader(self, obj, place)
        self.budget.take(own_bytes(value))
        return value


Reader = Callable[[Walk, Any, Place], Value]


def inside(subject: Subject, rule: Optional[str] = None) -> Place:
    """The place of something that `subject` holds, under a name where it has one."""
    place = subject.place
    return Place(place.depth - 1, (*place.above, identity(subject.obj)), rule)


def hiding_rule(subject: Subject) -> Optional[str]:
    return subject.place.rule if subject.place.rule is not None else subject.type.hidden_by


def hide_value(walk: Walk, value: Value, rule: str) -> Value:
    """A value that its name or type hides together with all that it holds."""
    walk.redactor.count_hidden(rule)
    value["hidden"] = rule
    return value


def text_value(walk: Walk, subject: Subject, kind: str, raw: str, size: int, is_beginning: bool = False) -> Value:
    """A scalar or a name: hidden as a whole where its name or type demands it, else scanned and then cut.

    `size`: how long it is in truth, where `raw` is only its beginning or may be cut.
    """
    rule = hiding_rule(subject)
    value: Value = {"kind": kind, "type": subject.type.name}
    if rule is not None:
        value["text"] = walk.redactor.hide(rule, raw)
        if value["text"] is not raw:
            walk.secrets.add(raw, rule)
            value["hidden"] = rule
        return value
    shown = walk.redactor.cut(raw, walk.limits.characters, is_beginning)
    value["text"] = shown.text
    if shown.rules:
        value["hidden"] = ", ".join(shown.rules)
    if shown.is_cut or is_beginning:
        value["cut"] = True
        value["size"] = size
    return value


def plain_text(walk: Walk, raw: str) -> str:
    """A text that Python's own code gives, such as a function's name: only what looks like a secret is hidden in it."""
    return walk.redactor.cut(raw, max(walk.limits.characters, LONGEST_KEY)).text


def key_text(walk: Walk, obj: Any) -> Optional[str]:
    """The text of a key that may say what its value is: a str or bytes; None for anything else."""
    if type(obj) is str:
        return obj[:LONGEST_KEY]
    flags = walk.types.of(type(obj)).flags
    if flags & genuine.STR_SUBCLASS:
        return genuine.exact_text(obj, LONGEST_KEY)
    return bytes.__getitem__(obj, slice(0, LONGEST_KEY)).decode("latin-1") if flags & genuine.BYTES_SUBCLASS else None
