"""Decides whether this process gets an agent now, in its children, or not at all. What `ispyd.start()` calls."""

import os
import sys
from typing import Any

_STARTED = "started"
_WAITING = "waiting for children"
_NOT_STARTED = "not started: "


def start_agent(fresh: bool) -> str:
    """Answers as `ispyd.start`. Exceptions that come from the application, such as a signal handler's, pass; our own become words."""
    try:
        answer = _start(fresh)
        if not answer.startswith(_NOT_STARTED):
            _record_requests()
        return answer
    except Exception as error:
        if not _is_our_own(error):
            raise
        return "not started: %s" % type(error).__name__


def _start(fresh: bool) -> str:
    if not sys.platform.startswith("linux") or sys.implementation.name != "cpython":
        return "not started: it needs CPython on Linux"
    # Whichever thread imports it first is taken for the main one, which the end of the program then waits for: that must not be one of ours.
    import threading  # noqa: F401

    from ispyd import fork, masters, uwsgi
    from ispyd.ceiling import read_ceiling

    if fork.is_known():
        return _STARTED if fork.is_started() else _WAITING
    ceiling = read_ceiling()
    if not ceiling.allows("inspect"):
        return "not started: its owner allows no more than %s (%s)" % (ceiling.level, ceiling.set_by)
    if uwsgi.is_loaded():
        return uwsgi.start(lambda: fork.launch(ceiling))
    if fresh and uwsgi.is_coming():
        uwsgi.start_when_loaded(lambda: fork.launch(ceiling))
        return _WAITING
    kind = masters.waits_for_children(fresh)
    if kind == "helper":
        return "not started: it is a helper of multiprocessing"
    if kind != "":
        fork.wait_for_children(kind, ceiling)
        return _WAITING
    fork.launch(ceiling)
    return _STARTED


def _record_requests() -> None:
    """In the master too: an application that it loads before it forks is called by its children."""
    from ispyd.recording.import_watch import watch_imports

    watch_imports()


def _is_our_own(error: BaseException) -> bool:
    """By the innermost frame: a signal handler of the application's is a frame of the application's."""
    traceback: Any = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    file = "" if traceback is None else traceback.tb_frame.f_code.co_filename
    ours, library = os.path.dirname(__file__), os.path.dirname(os.__file__)
    if file.startswith((ours + "/", "<frozen ")):
        return True
    return file.startswith(library + "/") and "-packages/" not in file
