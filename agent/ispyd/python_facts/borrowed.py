"""The application's objects in the hands of a command: read through genuine descriptors only, and given back in such a way that none of them
ends in the agent's thread.

The plugins python, logging and config stand on this; values/ does the same for the values that leave the process.
"""

import sys
import types
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple, TypeVar

from ispyd.values import genuine
from ispyd.values.holding import Holding

_MOST_ENTRIES = 50_000
_MOST_CLASSES = 64
_MOST_NAMES = 10_000
_LONGEST_TEXT = 4_096

_module_dictionary = genuine.native_members(types.ModuleType)["__dict__"]

Result = TypeVar("Result")


class Borrowed:
    """Objects of the application that one command looks at. Everything it gives out is kept until `borrowing` returns."""

    def __init__(self, holding: Holding) -> None:
        self._holding = holding

    def keep(self, objects: List[Any]) -> None:
        self._holding.keep(objects)

    def entries(self, mapping: Any) -> Dict[str, Any]:
        """What a dict, or an instance of a subclass, has under names that are exact texts; nothing of any other object."""
        if not genuine.flags_of(type(mapping)) & genuine.DICT_SUBCLASS:
            return {}
        found, _torn = genuine.dict_entries(mapping, _MOST_ENTRIES)
        self._holding.keep([key for key, _value in found])
        self._holding.keep([value for _key, value in found])
        return {key: value for key, value in found if type(key) is str}

    def attributes(self, obj: Any) -> Dict[str, Any]:
        """The object's own dict. No property, no slot, nothing of its class."""
        getter = _dictionary_getter(type(obj))
        try:
            return {} if getter is None else self.entries(genuine.get(getter, obj))
        except AttributeError:
            # From C code: this one has none.
            return {}

    def names(self, module: Any) -> Dict[str, Any]:
        """What a module has; also one whose class has a `__getattr__`. Nothing of what only stands for a module."""
        return self.entries(genuine.get(_module_dictionary, module)) if is_module(module) else {}

    def class_names(self, cls: type) -> Dict[str, Any]:
        """What the class itself defines."""
        found = genuine.namespace_entries(cls, _MOST_NAMES)
        self._holding.keep([value for _key, value in found])
        return {key: value for key, value in found if type(key) is str}

    def items(self, sequence: Any) -> List[Any]:
        """The items of a list or tuple, or an instance of a subclass."""
        flags = genuine.flags_of(type(sequence))
        found: List[Any] = []
        if flags & genuine.LIST_SUBCLASS:
            found = list.__getitem__(sequence, slice(0, _MOST_ENTRIES))
        elif flags & genuine.TUPLE_SUBCLASS:
            found = list(tuple.__getitem__(sequence, slice(0, _MOST_ENTRIES)))
        self._holding.keep(found)
        return found

    def module(self, name: str) -> Dict[str, Any]:
        """What a module has that is loaded; nothing of one that is not."""
        return self.names(self.entries(sys.modules).get(name))


def borrowing(read: Callable[[Borrowed], Result]) -> Result:
    """Runs `read`, whose result must refer to nothing of the application."""
    holding = Holding()
    try:
        return read(Borrowed(holding))
    except BaseException as error:
        _clear_frames(error.__traceback__)
        raise
    finally:
        holding.release()


def _clear_frames(traceback: Optional[types.TracebackType]) -> None:
    """Takes the application's objects out of the frames that an exception carries along; the first is still at work."""
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
        traceback.tb_frame.clear()


def is_module(obj: Any) -> bool:
    return any(one is types.ModuleType for one in _classes(type(obj)))


def is_class(obj: Any) -> bool:
    return bool(genuine.flags_of(type(obj)) & genuine.TYPE_SUBCLASS)


def text(obj: Any) -> str:
    """The characters of a str or an instance of a subclass; empty for anything else."""
    return genuine.exact_text(obj, _LONGEST_TEXT) if genuine.flags_of(type(obj)) & genuine.STR_SUBCLASS else ""


def class_full_name(cls: type) -> str:
    """ "flask.app.Flask"; without "builtins."."""
    name = genuine.class_name(cls)
    if genuine.flags_of(cls) & genuine.HEAP_TYPE:
        module = text(genuine.entry(genuine.namespace_entries(cls, _MOST_NAMES), "__module__"))
    else:
        module = genuine.static_module(cls)
    return name if module in ("", "builtins") else module + "." + name


def is_instance_of(obj: Any, full_names: Tuple[str, ...]) -> bool:
    """By the names of its classes; asks none of them."""
    return any(class_full_name(cls) in full_names for cls in _classes(type(obj)))


def _dictionary_getter(cls: type) -> Optional[Any]:
    for base in _classes(cls):
        found = genuine.entry(genuine.namespace_entries(base, _MOST_NAMES), "__dict__")
        # SimpleNamespace and other C types have a member, which no class statement makes.
        is_member = type(found) is genuine.Member and genuine.is_own(found, base) and not genuine.flags_of(base) & genuine.HEAP_TYPE
        if is_member or (found is not None and genuine.is_dictionary_getter(found, base)):
            return found
    return None


def _classes(cls: type) -> Iterator[type]:
    order = genuine.mro_of(cls)
    return iter(order[:_MOST_CLASSES] if type(order) is tuple else ())
