"""What the classes of an object say about its attributes: its own dict, slots, properties (never run), the names of a namedtuple.

Read from the namespaces of the classes along the resolution order.
"""

from typing import Any, Dict, List, NamedTuple, Optional, Set, Tuple

from ispyd.values import genuine
from ispyd.values.genuine import identity
from ispyd.values.known_types import KnownType, TypeBook

_MOST_CLASSES = 64
_MOST_TUPLE_NAMES = 1_000
_LONGEST_NAME = 256


class TypeMembers(NamedTuple):
    # The genuine getter of the instance's dict.
    dictionary: Optional[Any]
    slots: List[Tuple[str, Any]]
    properties: List[str]
    # Names of the items, for a class that collections.namedtuple or typing.NamedTuple made.
    tuple_names: Optional[List[str]]


class MemberBook:
    __slots__ = ("_known", "_types")

    def __init__(self, types: TypeBook) -> None:
        self._types = types
        self._known: Dict[int, TypeMembers] = {}

    def of(self, known: KnownType) -> TypeMembers:
        found = self._known.get(identity(known.cls))
        if found is None:
            found = self._known[identity(known.cls)] = self._read(known.cls)
        return found

    def _read(self, cls: type) -> TypeMembers:
        order = genuine.mro_of(cls)
        gathered = _Gathered(self._types)
        for one in order[:_MOST_CLASSES] if type(order) is tuple else ():
            gathered.add(one)
        return TypeMembers(gathered.dictionary, gathered.slots, gathered.properties, gathered.tuple_names)


class _Gathered:
    """The first class along the order that has a name decides what it is."""

    __slots__ = ("_seen", "_types", "dictionary", "properties", "slots", "tuple_names")

    def __init__(self, types: TypeBook) -> None:
        self._types = types
        self._seen: Set[str] = set()
        self.dictionary: Optional[Any] = None
        self.slots: List[Tuple[str, Any]] = []
        self.properties: List[str] = []
        self.tuple_names: Optional[List[str]] = None

    def add(self, cls: type) -> None:
        python = self._types.is_python(cls)
        for key, value in self._types.entries(cls):
            if type(key) is not str or len(key) > _LONGEST_NAME:
                continue
            # A class that hides the getter behind a property of that name does not take it from its base.
            if key == "__dict__" and self.dictionary is None and genuine.is_dictionary_getter(value, cls):
                self.dictionary = value
            elif python and key not in self._seen:
                self._seen.add(key)
                self._add_name(key, value, cls)

    def _add_name(self, name: str, value: Any, cls: type) -> None:
        if type(value) is genuine.Member:
            if genuine.is_own(value, cls):
                self.slots.append((name, value))
            return
        known = self._types.of(type(value))
        if known.native is property or _is_cached_property(known):
            self.properties.append(name)
        elif name == "_fields" and known.flags & genuine.TUPLE_SUBCLASS:
            self.tuple_names = _names(value)


def _is_cached_property(known: KnownType) -> bool:
    """functools.cached_property, and the classes of the same name in frameworks: a method until it has run once, then an attribute."""
    return known.python and (known.name == "cached_property" or known.name.endswith(".cached_property"))


def _names(value: Any) -> Optional[List[str]]:
    names = tuple.__getitem__(value, slice(0, _MOST_TUPLE_NAMES))
    if all(type(name) is str and len(name) <= _LONGEST_NAME for name in names):
        return list(names)
    return None
