"""The garbage collector: its settings and counts, and its pauses while they are watched."""

import gc
import os
from typing import Any, Dict, List

from ispyd.plugin import Context
from ispyd.primitives import monotonic, sleep

_LOOK_SECONDS = 0.05
# So much of the command's time is left for the answer.
_REST_SECONDS = 0.5
# A watch that could not end itself ends with the first collection this long after its time.
_OVERDUE_SECONDS = 1.0


def collector_facts() -> Dict[str, Any]:
    """One number for each generation, the youngest first, where there is a list."""
    stats = gc.get_stats()
    return {
        "enabled": gc.isenabled(),
        "thresholds": list(gc.get_threshold()),
        "counts": list(gc.get_count()),
        "frozen": gc.get_freeze_count(),
        "collections": [one["collections"] for one in stats],
        "collected": [one["collected"] for one in stats],
        "uncollectable": [one["uncollectable"] for one in stats],
        "debug": gc.get_debug(),
        "callbacks": len(gc.callbacks),
    }


def watch_pauses(context: Context, duration_ms: int) -> Dict[str, Any]:
    """Every collection of the process within the time, or within what is left to the command. The callback is removed whatever happens."""
    began = monotonic()
    until = began + max(0.0, min(duration_ms / 1_000, context.remaining_seconds - _REST_SECONDS))
    watch = _Watch(until + _OVERDUE_SECONDS)
    try:
        watch.begin()
        while monotonic() < until:
            sleep(min(_LOOK_SECONDS, max(0.0, until - monotonic())))
            context.check()
    finally:
        watch.end()
    pauses = [seconds * 1_000 for _generation, seconds in watch.pauses]
    generations = [generation for generation, _seconds in watch.pauses]
    return {
        "measuredMs": round((monotonic() - began) * 1_000),
        "pauses": len(pauses),
        "pausesByGeneration": [generations.count(number) for number in range(len(gc.get_stats()))],
        "pauseTotalMs": round(sum(pauses), 3),
        "pauseLongestMs": round(max(pauses, default=0.0), 3),
    }


class _Watch:
    """One entry of gc.callbacks. It runs in the thread that made the collector run, so it does next to nothing."""

    def __init__(self, expires: float) -> None:
        self.pauses: List[Any] = []
        self._began = 0.0
        self._expires = expires
        self._pid = os.getpid()
        # One object: a bound method is made anew by each look-up.
        self._callback = self._note

    def begin(self) -> None:
        gc.callbacks.append(self._callback)

    def end(self) -> None:
        """The collector goes through this list by number: taking out the last one can't make it pass over another, which came later, and of which it is
        made sure that no collection that was seen is under way."""
        for _attempt in range(20):
            if self._began == 0.0 or self._is_last():
                break
            sleep(0.005)
        self._remove()

    def _is_last(self) -> bool:
        return bool(gc.callbacks) and gc.callbacks[-1] is self._callback

    def _remove(self) -> None:
        for index in range(len(gc.callbacks) - 1, -1, -1):
            if gc.callbacks[index] is self._callback:
                del gc.callbacks[index]
                return

    def _note(self, phase: str, info: Dict[str, Any]) -> None:
        now = monotonic()
        if phase == "start":
            self._began = now
            return
        if self._began != 0.0:
            self.pauses.append((info.get("generation", 0), now - self._began))
            self._began = 0.0
        # In a forked child nobody else would take it out.
        if (now > self._expires or os.getpid() != self._pid) and self._is_last():
            del gc.callbacks[-1]
