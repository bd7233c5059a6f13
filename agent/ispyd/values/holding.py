"""References to the application's objects while they are walked, and their end: the agent's thread is never the one that lets go of an
object last, since that would run its `__del__` there.

What the application dropped during a walk is parked until the garbage collector runs in a thread of the application, which drops it.
"""

import gc
from itertools import chain, compress, starmap
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


def _counted_alone() -> int:
    """References that getrefcount sees of an object that one dict alone holds, while `compress` has it in hand."""
    counts: List[int] = []
    probe = {0: object()}
    list(compress(probe.values(), map(counts.append, map(getrefcount, probe.values()))))
    return counts[0]


_ONLY_OURS = _counted_alone()
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
        """Counts, chooses and lets go in one call of C code, between whose steps no other thread runs where there is a GIL. Without one, an object that
        the application drops just then is missed."""
        held = self._held
        alone: List[Any] = []
        chosen = compress(held.values(), map(_ONLY_OURS.__ge__, map(getrefcount, held.values())))
        alone.extend(chain(chosen, starmap(dict.clear, ((held,),))))
        # What dict.clear answered.
        alone.pop()
        if alone:
            _park([one for one in alone if identity(type(one)) not in _PLAIN])


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
