"""The only ways in which the serialiser touches an object of the application: C code of Python's own types, fetched once from those types.

An attribute access, a comparison, a truth test, len(), iter(), repr(), hash() or isinstance() on such an object could run the application's
code; none of them stands anywhere in this package. An object is asked for its type by type(), compared by `is` and known by `identity`.
"""

import types
from itertools import islice
from typing import Any, Dict, Iterable, List, Optional, Tuple

_type_namespace = type.__dict__

# These take a class and give what the interpreter itself keeps of it, whatever its metaclass says.
mro_of = _type_namespace["__mro__"].__get__
base_of = _type_namespace["__base__"].__get__
flags_of = _type_namespace["__flags__"].__get__
basic_size_of = _type_namespace["__basicsize__"].__get__
_name_of = _type_namespace["__name__"].__get__
_module_of = _type_namespace["__module__"].__get__
_namespace_of = _type_namespace["__dict__"].__get__
_namespace_items = types.MappingProxyType.items

# Tells objects apart as id() does, which an audit hook of the application would hear of ("builtins.id").
identity = object.__hash__

Entries = List[Tuple[Any, Any]]

GetSet = types.GetSetDescriptorType
Member = types.MemberDescriptorType
MethodDescriptor = types.MethodDescriptorType
SlotWrapper = types.WrapperDescriptorType
ClassMethodDescriptor = types.ClassMethodDescriptorType

# Bits of a class's flags. Source: Include/object.h.
IMMUTABLE_TYPE = 1 << 8
HEAP_TYPE = 1 << 9
INT_SUBCLASS = 1 << 24
LIST_SUBCLASS = 1 << 25
TUPLE_SUBCLASS = 1 << 26
BYTES_SUBCLASS = 1 << 27
STR_SUBCLASS = 1 << 28
DICT_SUBCLASS = 1 << 29
EXCEPTION_SUBCLASS = 1 << 30
TYPE_SUBCLASS = 1 << 31

_ATTEMPTS = 3


_POINTER_BITS = 64


def _unrotated(hashed: int) -> int:
    """The address behind `identity`, which is the address rotated by four bits to the right. Source: Python/pyhash.c (_Py_HashPointerRaw)."""
    word = hashed & ((1 << _POINTER_BITS) - 1)
    return (word << 4 | word >> (_POINTER_BITS - 4)) & ((1 << _POINTER_BITS) - 1)


_is_rotated = all(_unrotated(identity(probe)) == id(probe) for probe in (mro_of, base_of, type, _type_namespace))


def address_of(obj: Any) -> str:
    """The address of an object, "0x7f…"."""
    return hex(_unrotated(identity(obj)) if _is_rotated else id(obj))


def exact_text(text: Any, most: int) -> str:
    """The first characters of a str or an instance of a subclass, as an exact str. A TypeError for anything else."""
    return str.__getitem__(text, slice(0, most))


def class_name(cls: type) -> str:
    return exact_text(_name_of(cls), 512)


def static_module(cls: type) -> str:
    """The module of a class that is no heap type: told from its C name, without a look into its namespace."""
    return exact_text(_module_of(cls), 512)


def namespace_entries(cls: type, most: int) -> Entries:
    """Names and values that the class itself defines, in order. A class's namespace is always an exact dict behind a proxy."""
    entries: Entries = []
    entries.extend(islice(_namespace_items(_namespace_of(cls)), most))
    return entries


class _Plain:
    """For what every class statement makes: from 3.15 on all classes share one getter of `__dict__` and one of `__weakref__`."""


_SHARED = tuple(value for _key, value in _namespace_items(_Plain.__dict__) if type(value) is GetSet)


def is_own(descriptor: Any, cls: type) -> bool:
    """Whether a descriptor of C code that stands in the namespace of `cls` was made for it, rather than put there by hand."""
    return descriptor.__objclass__ is cls


def is_dictionary_getter(descriptor: Any, cls: type) -> bool:
    """Whether what `cls` has under `__dict__` is the interpreter's own getter."""
    return type(descriptor) is GetSet and (is_own(descriptor, cls) or any(descriptor is shared for shared in _SHARED))


def get(descriptor: Any, obj: Any) -> Any:
    """What a genuine descriptor gives of an object. An AttributeError where it is not bound."""
    return descriptor.__get__(obj, None)


def dict_entries(mapping: Any, most: int) -> Tuple[Entries, bool]:
    """The first entries of a dict or an instance of a subclass, in the order of its table; whether it changed under every look."""
    return _first(lambda: dict.items(mapping), most)


def first_items(iterate: Any, obj: Any, most: int) -> Tuple[List[Any], bool]:
    """The first items of a set or deque; `iterate` is the `__iter__` of the C type. Whether it changed under every look."""
    return _first(lambda: iterate(obj), most)


def _first(begin: Any, most: int) -> Tuple[List[Any], bool]:
    """One call of C code takes all, so that the application changes nothing meanwhile unless the interpreter has no global lock."""
    found: List[Any] = []
    for _attempt in range(_ATTEMPTS):
        found = []
        try:
            found.extend(islice(begin(), most))
        except RuntimeError:
            # "changed size during iteration", from the C iterator.
            continue
        return found, False
    return found, True


def entry(entries: Iterable[Tuple[Any, Any]], name: str) -> Optional[Any]:
    """The value under an exact str, found by going through: a look-up would ask the keys of the application whether they are equal."""
    for key, value in entries:
        if type(key) is str and key == name:
            return value
    return None


def native_members(cls: type) -> Dict[str, Any]:
    """Getters, members and methods that a C type and its bases define, by name."""
    found: Dict[str, Any] = {}
    kinds = (GetSet, Member, MethodDescriptor, SlotWrapper)
    current: Optional[type] = cls
    while current is not None:
        for key, value in namespace_entries(current, 2_000):
            if type(key) is str and key not in found and type(value) in kinds and is_own(value, current):
                found[key] = value
        current = base_of(current)
    return found
