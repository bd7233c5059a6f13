"""A command's parameters: from the type hints of its function to JSON Schema, and from a call's params to arguments.

Runs in the command thread, since it needs inspect and typing.
"""

import inspect
import types
import typing
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional

from ispyd.messages import INVALID_PARAMS, ProtocolError
from ispyd.plugin import DeclarationError

_SIMPLE = {str: "string", int: "integer", float: "number", bool: "boolean"}
_EXTRA_KEYS = {"minimum", "maximum", "enum", "description", "x-duration", "x-level", "x-positional"}
_UNION_TYPES = (typing.Union, getattr(types, "UnionType", typing.Union))


class Parameter(NamedTuple):
    name: str
    schema: Dict[str, Any]
    required: bool


def parameters_of(function: Callable[..., Any], descriptions: Mapping[str, str], extra: Mapping[str, Mapping[str, Any]]) -> List[Parameter]:
    """All but a first one called context. Raises DeclarationError for what can't come from a command line, in words for the plugin's author."""
    hints = typing.get_type_hints(function)
    found = list(inspect.signature(function).parameters.values())
    if takes_context(function):
        found = found[1:]
    unknown = set(extra) - {parameter.name for parameter in found}
    if unknown:
        raise DeclarationError("%s has no parameter %s" % (function.__name__, ", ".join(sorted(unknown))))
    return [_parameter(one, hints.get(one.name, str), descriptions.get(one.name, ""), extra.get(one.name, {})) for one in found]


def takes_context(function: Callable[..., Any]) -> bool:
    return next(iter(inspect.signature(function).parameters), "") == "context"


def _parameter(found: inspect.Parameter, hint: Any, description: str, extra: Mapping[str, Any]) -> Parameter:
    if found.kind not in (found.POSITIONAL_OR_KEYWORD, found.KEYWORD_ONLY):
        raise DeclarationError("parameter %s: * and ** can't come from a command line" % found.name)
    if set(extra) - _EXTRA_KEYS:
        raise DeclarationError("parameter %s: %s is not known" % (found.name, ", ".join(sorted(set(extra) - _EXTRA_KEYS))))
    schema = _schema_of(_without_none(hint), found.name)
    required = found.default is found.empty
    if not required and found.default is not None:
        schema["default"] = list(found.default) if isinstance(found.default, tuple) else found.default
    if description:
        schema["description"] = description
    schema.update(extra)
    if required:
        schema["x-positional"] = True
    return Parameter(found.name, schema, required)


def _without_none(hint: Any) -> Any:
    if typing.get_origin(hint) not in _UNION_TYPES:
        return hint
    others = [one for one in typing.get_args(hint) if one is not type(None)]
    return others[0] if len(others) == 1 else hint


def _schema_of(hint: Any, name: str) -> Dict[str, Any]:
    if hint in _SIMPLE:
        return {"type": _SIMPLE[hint]}
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal and all(type(one) is str for one in arguments):
        return {"type": "string", "enum": list(arguments)}
    if origin is list and len(arguments) == 1:
        items = _schema_of(arguments[0], name)
        if items["type"] != "array":
            return {"type": "array", "items": items}
    raise DeclarationError("parameter %s: str, int, float, bool, List of them, Optional of them or Literal strings, not %s" % (name, hint))


def arguments_of(parameters: List[Parameter], params: Mapping[str, Any]) -> Dict[str, Any]:
    """The call's params as arguments. Raises ProtocolError argument-invalid."""
    known = {parameter.name: parameter for parameter in parameters}
    for name in params:
        if name not in known:
            raise _invalid("there is no parameter %s" % name[:100], "it has: %s" % (", ".join(known) or "none"))
    arguments: Dict[str, Any] = {}
    for parameter in parameters:
        given = params.get(parameter.name)
        if given is None:
            if parameter.required:
                raise _invalid("%s is missing" % parameter.name)
            continue
        arguments[parameter.name] = _checked(parameter.schema, given, parameter.name)
    return arguments


def _checked(schema: Mapping[str, Any], given: Any, name: str) -> Any:
    wanted = schema["type"]
    if wanted == "array":
        if type(given) is not list:
            raise _invalid("%s is a list" % name)
        return [_checked(schema.get("items", {"type": "string"}), item, name) for item in given]
    if wanted == "number" and type(given) is int:
        given = float(given)
    if type(given) is not {"string": str, "integer": int, "number": float, "boolean": bool}[wanted]:
        raise _invalid("%s is of type %s" % (name, wanted))
    if "enum" in schema and given not in schema["enum"]:
        raise _invalid("%s is one of %s" % (name, ", ".join(str(one) for one in schema["enum"])))
    if "minimum" in schema and given < schema["minimum"]:
        raise _invalid("%s is at least %s" % (name, schema["minimum"]))
    if "maximum" in schema and given > schema["maximum"]:
        raise _invalid("%s is at most %s" % (name, schema["maximum"]))
    return given


def level_of_params(parameters: List[Parameter], params: Mapping[str, Any]) -> List[str]:
    """The levels that the parameters of this call demand by themselves (x-level)."""
    levels: List[str] = []
    for parameter in parameters:
        level: Optional[str] = parameter.schema.get("x-level")
        given = params.get(parameter.name)
        if level is not None and given is not None and given != parameter.schema.get("default"):
            levels.append(level)
    return levels


def _invalid(message: str, hint: str = "") -> ProtocolError:
    return ProtocolError("argument-invalid", message, hint, number=INVALID_PARAMS)
