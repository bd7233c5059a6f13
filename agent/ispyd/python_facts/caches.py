"""Every functools.lru_cache and functools.cache that a loaded module, or a class in it, holds under a name."""

import functools
import sys
from typing import Any, Dict, Iterator, List, Tuple

from ispyd.plugin import Context
from ispyd.python_facts.borrowed import Borrowed, is_class, text
from ispyd.values.genuine import identity

_Wrapper: type = type(functools.lru_cache()(lambda: None))
# Of the C type itself: an object may have another under this name.
_cache_info = _Wrapper.__dict__["cache_info"]


def cache_rows(borrowed: Borrowed, context: Context, limit: int) -> List[Dict[str, Any]]:
    """The fullest first."""
    found: Dict[int, Tuple[str, Any]] = {}
    for place, wrapper in _wrappers(borrowed, context):
        # Imported into other modules it is still the same one.
        found.setdefault(identity(wrapper), (_own_name(borrowed, wrapper) or place, wrapper))
    rows = [_row(name, wrapper) for name, wrapper in found.values()]
    rows.sort(key=lambda row: (-row["size"], row["cache"]))
    context.cut("caches", min(limit, len(rows)), len(rows))
    return rows[:limit]


def _wrappers(borrowed: Borrowed, context: Context) -> Iterator[Tuple[str, Any]]:
    for name, module in borrowed.entries(sys.modules).items():
        context.check()
        for key, value in borrowed.names(module).items():
            if type(value) is _Wrapper:
                yield name + "." + key, value
            elif is_class(value):
                yield from _wrappers_of_class(borrowed, name, key, value)


def _wrappers_of_class(borrowed: Borrowed, module: str, name: str, cls: type) -> Iterator[Tuple[str, Any]]:
    own = borrowed.class_names(cls)
    # One that was imported is seen in its own module.
    if text(own.get("__module__")) != module:
        return
    for key, value in own.items():
        kind = type(value)
        inner = value.__func__ if kind is staticmethod or kind is classmethod else value
        if type(inner) is _Wrapper:
            yield "%s.%s.%s" % (module, name, key), inner


def _own_name(borrowed: Borrowed, wrapper: Any) -> str:
    own = borrowed.attributes(wrapper)
    module, name = text(own.get("__module__")), text(own.get("__qualname__"))
    return "%s.%s" % (module, name) if module and name else ""


def _row(name: str, wrapper: Any) -> Dict[str, Any]:
    info = _cache_info(wrapper)
    return {"cache": name, "hits": info.hits, "misses": info.misses, "size": info.currsize, "most": info.maxsize}
