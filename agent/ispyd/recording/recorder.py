"""The tables that the wrappers of wsgi.py and asgi.py write and the plugins read: requests in flight, and the last ones that ended.

No lock: every change is one operation of a dict, a deque or a counter, which the interpreter makes whole. What ended is kept as plain texts and
numbers only, so that no object of the application outlives its request.
"""

import itertools
import os
from collections import deque
from typing import Any, Callable, Deque, Dict, Tuple

from ispyd.primitives import native_thread_id, thread_ident

MOST_RECENT = 200
_EndedFields = Tuple[int, int, str, str, str, str, int, float, float, str]

# A client may send any text as the method; these are the registered ones that servers meet (IANA HTTP Method Registry).
METHODS: Dict[str, str] = {
    name: name
    for name in (
        "GET HEAD POST PUT PATCH DELETE OPTIONS CONNECT TRACE QUERY PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK REPORT SEARCH PURGE LINK UNLINK"
    ).split()
}
OTHER_METHOD = "?"

# By address: a request is known as long as it is in flight, and its objects live so long.
identity: Callable[[Any], int] = id

# Number, method, status, route, view, identity of route and of endpoint, beginning and end, class of the exception that left the application.
Ended = Tuple[int, str, str, str, str, int, int, float, float, str]


class Recorder:
    """Of one protocol. `in_flight` holds a request under each identity that another wrapper may know it by.

    The three attributes stay the same objects for ever: wrappers hold what they need of them.
    """

    def __init__(self) -> None:
        self.in_flight: Dict[int, Any] = {}
        self.ended: Deque[Ended] = deque(maxlen=MOST_RECENT)
        self.numbers = itertools.count(1)
        self._numbers_before = 0
        self.pid = os.getpid()

    def clear(self) -> None:
        """In a forked child: its parent's requests are not its own."""
        self.in_flight.clear()
        self.ended.clear()
        self._numbers_before = self._numbers_given()
        self.pid = os.getpid()

    def requests(self) -> Tuple[Any, ...]:
        """Those in flight, each once, the oldest first."""
        found = {one.number: one for one in tuple(self.in_flight.values())}
        return tuple(found[number] for number in sorted(found))

    def recent(self) -> Tuple[Ended, ...]:
        """The last that ended, the latest first."""
        return tuple(reversed(tuple(self.ended)))

    def ended_count(self) -> int:
        """How many ended since the agent began in this process; one off where a request begins or ends just now."""
        return self._numbers_given() - self._numbers_before - len(self.requests())

    def _numbers_given(self) -> int:
        """From "count(5)": the interpreter tells a counter's state without moving it only in words."""
        return int(repr(self.numbers)[len("count(") : -1]) - 1


class _Process:
    """`on`: whether anybody may ask, since the agent of this process, or of its master, has begun; nothing is recorded before.
    `main_thread`: what tells the main thread apart in Python.
    """

    def __init__(self) -> None:
        self.on = False
        self.main_thread = 0


switch = _Process()
wsgi_requests = Recorder()
asgi_requests = Recorder()


def begin_recording() -> None:
    switch.on = True
    if native_thread_id() == os.getpid():
        switch.main_thread = thread_ident()
    for recorder in (wsgi_requests, asgi_requests):
        # Also where the fork was C code's and no hook ran.
        if recorder.pid != os.getpid():
            recorder.clear()


def main_thread() -> Dict[int, int]:
    """The main thread's native id, which is the process's, by what tells it apart; under gevent threading's own table does not know it."""
    return {switch.main_thread: os.getpid()} if switch.main_thread else {}


def forget_inherited() -> None:
    """In a forked child, before it goes on and may get an agent of its own."""
    switch.on = False
    wsgi_requests.clear()
    asgi_requests.clear()
