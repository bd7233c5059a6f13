"""What the class of an object says: the nearest class that C code defines decides how it is read, since a class written in Python only
adds to the layout of its base. No name that an application chose decides anything. Kept for one walk.
"""

import types
from typing import Any, Dict, List, NamedTuple, Optional

from ispyd.redaction.redactor import Redactor
from ispyd.values import genuine
from ispyd.values.genuine import Entries, identity
from ispyd.values.holding import Holding

_LONGEST_CHAIN = 64
_LONGEST_NAME = 256
_MOST_NAMES = 2_000
_ENUM_METACLASSES = ("enum.EnumMeta", "enum.EnumType")


class KnownType(NamedTuple):
    cls: type
    # As people read it: with its module, without `builtins`; redacted.
    name: str
    # A class that Python code defined.
    python: bool
    # The nearest class that C code defines: `object` for most.
    native: type
    native_name: str
    flags: int
    is_enum_member: bool
    # The rule that hides every value of this class or of a base of it.
    hidden_by: Optional[str]


class _Link(NamedTuple):
    cls: type
    python: bool
    full_name: str


# Classes that are no heap types live as long as the interpreter, so that what is known of them may stay.
_static: Dict[int, KnownType] = {}


class TypeBook:
    __slots__ = ("_entries", "_holding", "_known", "_python", "_redactor")

    def __init__(self, redactor: Redactor, holding: Holding) -> None:
        self._redactor = redactor
        self._holding = holding
        self._known: Dict[int, KnownType] = {}
        self._entries: Dict[int, Entries] = {}
        self._python: Dict[int, bool] = {}

    def of(self, cls: type) -> KnownType:
        """`cls` is what type() gave, or a value whose own class is a class of classes."""
        known = _static.get(identity(cls)) or self._known.get(identity(cls))
        if known is None:
            known = self._describe(cls)
            if genuine.flags_of(cls) & genuine.HEAP_TYPE:
                self._holding.keep((cls,))
                self._known[identity(cls)] = known
            else:
                _static[identity(cls)] = known
        return known

    def entries(self, cls: type) -> Entries:
        """What the class itself defines."""
        found = self._entries.get(identity(cls))
        if found is None:
            found = genuine.namespace_entries(cls, _MOST_NAMES)
            self._holding.keep((cls,))
            self._holding.keep([value for _key, value in found])
            self._entries[identity(cls)] = found
        return found

    def is_python(self, cls: type) -> bool:
        known = self._python.get(identity(cls))
        if known is None:
            known = self._python[identity(cls)] = self._looks_python(cls)
        return known

    def _describe(self, cls: type) -> KnownType:
        chain = self._chain(cls)
        native = next(link for link in chain if not link.python)
        rules = (self._redactor.hides_type(link.full_name) for link in chain)
        metaclass = type(cls)
        is_enum = chain[0].python and metaclass is not type and any(one.full_name in _ENUM_METACLASSES for one in self._chain(metaclass))
        return KnownType(
            cls,
            self._redactor.text(chain[0].full_name),
            chain[0].python,
            native.cls,
            native.full_name,
            genuine.flags_of(cls),
            is_enum,
            next((rule for rule in rules if rule is not None), None),
        )

    def _chain(self, cls: type) -> List[_Link]:
        """The class and its bases as the interpreter lays objects out, down to `object`."""
        chain: List[_Link] = []
        current: Optional[type] = cls
        while current is not None and len(chain) < _LONGEST_CHAIN:
            python = self.is_python(current)
            chain.append(_Link(current, python, self._full_name(current)))
            current = genuine.base_of(current)
        if chain[-1].python:
            chain.append(_Link(object, False, "object"))
        return chain

    def _full_name(self, cls: type) -> str:
        name = genuine.class_name(cls)[:_LONGEST_NAME]
        if not genuine.flags_of(cls) & genuine.HEAP_TYPE:
            module = genuine.static_module(cls)
        else:
            found: Any = genuine.entry(self.entries(cls), "__module__")
            module = found[:_LONGEST_NAME] if type(found) is str else ""
        return name if module in ("builtins", "") else module + "." + name

    def _looks_python(self, cls: type) -> bool:
        """A class statement makes none of the C slots and methods that a class made by C code has for its own."""
        flags = genuine.flags_of(cls)
        if not flags & genuine.HEAP_TYPE or flags & genuine.IMMUTABLE_TYPE:
            return False
        return not any(_is_made_by_c(key, value, cls) for key, value in self.entries(cls))


def _is_made_by_c(key: Any, value: Any, cls: type) -> bool:
    kind = type(value)
    if kind is genuine.SlotWrapper or kind is genuine.MethodDescriptor or kind is genuine.ClassMethodDescriptor:
        return genuine.is_own(value, cls)
    if kind is genuine.GetSet:
        return genuine.is_own(value, cls) and not (type(key) is str and key in ("__dict__", "__weakref__"))
    return kind is types.BuiltinFunctionType and type(key) is str and key == "__new__" and value.__self__ is cls
