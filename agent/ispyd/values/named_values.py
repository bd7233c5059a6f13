"""Values that are code or stand for something else: told by name and place, never called. None of them is hidden for its variable's name,
since names of code hold no secrets. The file of a function is a text that an audit hook hears of ("object.__getattr__", "__code__").
"""

import types
import weakref
from typing import Any

from ispyd.values import genuine
from ispyd.values.generator_state import MEMBERS, generator_state
from ispyd.values.genuine import identity
from ispyd.values.walk import LONGEST_KEY, Subject, Value, Walk, inside, plain_text

_function_members = genuine.native_members(types.FunctionType)
_method_members = genuine.native_members(types.MethodType)
_builtin_members = genuine.native_members(types.BuiltinFunctionType)
_module_dictionary = genuine.native_members(types.ModuleType)["__dict__"]
_MOST_MODULE_NAMES = 1_000


def read_function(walk: Walk, subject: Subject) -> Value:
    return {"kind": "function", "type": subject.type.name, "text": _function_text(walk, subject.obj)}


def _function_text(walk: Walk, function: Any) -> str:
    name = plain_text(walk, genuine.exact_text(genuine.get(_function_members["__qualname__"], function), LONGEST_KEY))
    code = genuine.get(_function_members["__code__"], function)
    file = plain_text(walk, genuine.exact_text(code.co_filename, 4_096))
    return "%s (%s, line %d)" % (name, file, code.co_firstlineno)


def read_method(walk: Walk, subject: Subject) -> Value:
    """A method bound to an object, which stands as the field `self`."""
    inner = genuine.get(_method_members["__func__"], subject.obj)
    owner = genuine.get(_method_members["__self__"], subject.obj)
    walk.holding.keep((inner, owner))
    value: Value = {"kind": "function", "type": subject.type.name}
    if type(inner) is types.FunctionType:
        value["text"] = _function_text(walk, inner)
    if subject.place.depth > 0 and subject.place.rule is None:
        value["fields"] = [{"name": "self", "value": walk.read(owner, inside(subject))}]
    return value


def read_builtin(walk: Walk, subject: Subject) -> Value:
    name = genuine.exact_text(genuine.get(_builtin_members["__name__"], subject.obj), LONGEST_KEY)
    return {"kind": "function", "type": subject.type.name, "text": plain_text(walk, name)}


def read_module(walk: Walk, subject: Subject) -> Value:
    """By the name in its own namespace: a module's attributes may be computed."""
    namespace = genuine.get(_module_dictionary, subject.obj)
    name: Any = None
    if type(namespace) is dict:
        entries, _torn = genuine.dict_entries(namespace, _MOST_MODULE_NAMES)
        walk.holding.keep([value for _key, value in entries])
        name = genuine.entry(entries, "__name__")
    is_text = walk.types.of(type(name)).flags & genuine.STR_SUBCLASS
    return {"kind": "module", "type": subject.type.name, "text": plain_text(walk, genuine.exact_text(name, LONGEST_KEY)) if is_text else ""}


def read_type(walk: Walk, subject: Subject) -> Value:
    return {"kind": "type", "type": subject.type.name, "text": walk.types.of(subject.obj).name}


def read_generator(walk: Walk, subject: Subject) -> Value:
    native = subject.type.native
    name = genuine.exact_text(genuine.get(MEMBERS[identity(native)]["__qualname__"], subject.obj), LONGEST_KEY)
    text = plain_text(walk, "%s, %s" % (name, generator_state(native, subject.obj)))
    return {"kind": "generator", "type": subject.type.name, "text": text}


def read_weak_reference(walk: Walk, subject: Subject) -> Value:
    """What it refers to by type and address, or that it is dead."""
    referent = weakref.ref.__call__(subject.obj)
    walk.holding.keep((referent,))
    text = "dead" if referent is None else "to %s at %s" % (walk.types.of(type(referent)).name, genuine.address_of(referent))
    return {"kind": "weak reference", "type": subject.type.name, "text": text}
