"""References to the application's objects while they are walked, and their end: the agent's thread is never the one that lets go of an
object last, since that would run its `__del__` there.

What the application dropped during a walk is parked until the garbage collector runs in a thread of the application, which drops it.
"""

import gc
from itertools import compress
from sys import getrefcount
from typing import Any, Dict, Iterable, List, Set

from ispyd.values.genuine import identity

try:
    from _thread import get_native_id
except ImportError:
    # Where the platform has none.
    from _thread import get_ident as get_native_id

_parked: List[Any] = []
_agent_threads: Set[int] = set()

# References that getrefcount sees of an object that one dict alone holds, when mapped over its values.
_ONLY_OURS = max(map(getrefcount, {0: object()}.values()))
# Their end runs no code of anybody.
_PLAIN = frozenset(map(identity, (int, str, bytes, float, complex, bool, type(None))))


class Holding:
    """Everything that one walk has in hand beside the object that it was given."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held: Dict[int, Any] = {}

    def keep(self, objects: Iterable[Any]) -> None:
        """`objects`: a list or tuple of the agent's own."""
        self._held.update(zip(map(identity, objects), objects))

    def release(self) -> None:
        """Between the count and the end of the references lie a few instructions: an object that the application drops just then is missed."""
        values = self._held.values()
        # Counted before they are chosen: choosing has one in hand meanwhile.
        alone = list(compress(values, list(map(_ONLY_OURS.__ge__, map(getrefcount, values)))))
        if alone:
            _park([one for one in alone if identity(type(one)) not in _PLAIN])
        self._held.clear()


def parked_count() -> int:
    """Objects that wait for a thread of the application."""
    return len(_parked)


def _park(objects: List[Any]) -> None:
    if not objects:
        return
    _agent_threads.add(get_native_id())
    _parked.extend(objects)
    if not any(one is _drop_parked for one in gc.callbacks):
        gc.callbacks.append(_drop_parked)


def _drop_parked(phase: str, _info: Any) -> None:
    """Called by the collector, in the thread that made it run."""
    if phase != "stop" or get_native_id() in _agent_threads:
        return
    _parked.clear()
    # Only as the last one: the collector goes through this list by number, and would pass over the next.
    if gc.callbacks and gc.callbacks[-1] is _drop_parked:
        del gc.callbacks[-1]
        _agent_threads.clear()
