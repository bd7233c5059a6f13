"""How a function of a framework or server is replaced by one that calls it: said in one place, undone by nobody, named in hello."""

from functools import update_wrapper
from types import FunctionType
from typing import Any, Callable, List

_MARK = "__ispyd_recorded__"

# "flask.app.Flask.__call__": everything that was replaced in this process.
installed: List[str] = []


def is_wrapper(found: Any) -> bool:
    """Whether it is one of ours already. Asks nothing but a plain function."""
    return type(found) is FunctionType and _MARK in found.__dict__


def mark_wrapper(wrapper: Any, wrapped: Any) -> None:
    wrapper.__dict__[_MARK] = True
    wrapper.__dict__["__wrapped__"] = wrapped


def replace_method(module: Any, class_name: str, name: str, wrap: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """`wrap(original)` in the place of a method that the class itself defines as a plain function; nothing where it is anything else, or ours."""
    owner = module.__dict__.get(class_name)
    if not isinstance(owner, type):
        return
    original = owner.__dict__.get(name)
    if type(original) is not FunctionType or is_wrapper(original):
        return
    wrapper = wrap(original)
    update_wrapper(wrapper, original)
    mark_wrapper(wrapper, original)
    setattr(owner, name, wrapper)
    installed.append("%s.%s.%s" % (module.__name__, class_name, name))
