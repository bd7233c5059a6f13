"""The attributes of an object by data alone: its own dict through the getter that the interpreter made for its class, no code of the application.

Used on the frameworks' requests and routes, in the application's thread at the end of a request and in the agent's when it answers.
"""

from functools import partial
from types import FunctionType, MethodType
from typing import Any, Callable, Dict, Mapping, Optional

from ispyd.values import genuine

_MOST_CLASSES = 64
_NOTHING: Mapping[str, Any] = {}

_getters: Dict[type, Optional[Callable[[Any], Any]]] = {}


def own_attributes(obj: Any) -> Mapping[str, Any]:
    """The object's own dict, not to be changed or kept; empty where it has none that is plain."""
    kind = type(obj)
    getter = _getters[kind] if kind in _getters else _learn(kind)
    found = None if getter is None else getter(obj)
    return found if type(found) is dict else _NOTHING


def _learn(kind: type) -> Optional[Callable[[Any], Any]]:
    """Bounded: classes that are made anew for every request must not stay alive for ever."""
    if len(_getters) >= _MOST_CLASSES:
        _getters.clear()
    getter = _getters[kind] = _dictionary_getter(kind)
    return getter


def _dictionary_getter(kind: type) -> Optional[Callable[[Any], Any]]:
    """The first `__dict__` of the class and its bases, where it is the interpreter's own."""
    for base in genuine.mro_of(kind):
        found = genuine.entry(genuine.namespace_entries(base, 10_000), "__dict__")
        if found is not None:
            return _reading(found) if genuine.is_dictionary_getter(found, base) else None
    return None


def _reading(descriptor: Any) -> Callable[[Any], Any]:
    get = descriptor.__get__

    def read(obj: Any) -> Any:
        return get(obj, None)

    return read


def attribute_reader(name: str) -> Callable[[Any], Any]:
    """Reads one attribute that objects of a framework have of their own; None where it is not there, or where the class has something that runs.

    For every request: asking for an object's dict would make one, and slow down all that the framework does with the object afterwards (3.11 and later).
    """
    is_plain: Dict[type, bool] = {}

    def read(obj: Any) -> Any:
        kind = type(obj)
        if kind not in is_plain:
            if len(is_plain) >= _MOST_CLASSES:
                is_plain.clear()
            is_plain[kind] = _is_plain_in(kind, name)
        if not is_plain[kind]:
            return None
        try:
            return _plain_attribute(obj, name)
        except AttributeError:
            # By C code: it is not there.
            return None

    return read


# What every object's attributes are found by, but for classes that say otherwise; __getattr__ is not asked.
_plain_attribute = object.__getattribute__


def _is_plain_in(kind: type, name: str) -> bool:
    """Whether the class leaves the name to its instances: not at all there, a slot, or None as what it is at first."""
    for base in genuine.mro_of(kind):
        for key, value in genuine.namespace_entries(base, 10_000):
            if type(key) is str and key == name:
                return value is None or type(value) is genuine.Member
    return True


def text_of(obj: Any, name: str) -> str:
    """An attribute that is an exact str; else empty."""
    found = own_attributes(obj).get(name)
    return found if type(found) is str else ""


def function_name(function: Any) -> str:
    """ "shop.views.checkout": of a function, or of the class of an instance that is called; empty for anything else."""
    while type(function) is partial:
        function = function.func
    if type(function) is MethodType:
        function = function.__func__
    if type(function) is FunctionType:
        module, name = function.__module__, function.__qualname__
        return "%s.%s" % (module, name) if type(module) is str and type(name) is str else ""
    kind = function if genuine.flags_of(type(function)) & genuine.TYPE_SUBCLASS else type(function)
    owner = genuine.entry(genuine.namespace_entries(kind, 10_000), "__module__")
    return "%s.%s" % (owner, genuine.class_name(kind)) if type(owner) is str else ""
