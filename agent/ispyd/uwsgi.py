"""uWSGI: the interpreter begins in the master, forks without Python's hooks, and without enable-threads no thread of ours would ever run.

Its module `uwsgi` exists only after site.py has run, so that a start from sitecustomize waits for the first import that comes after it.
uwsgi-docs.readthedocs.io: "The uwsgi Python module", "uWSGI API - Python decorators" (postfork), "Things to know" (enable-threads).
"""

import os
import sys
from typing import Any, Callable, Optional

from ispyd.socket_directory import leave_reason

REASON = "uWSGI runs without threads here, so that no agent can answer: set enable-threads (or threads) in its configuration"


def is_loaded() -> bool:
    return sys.modules.get("uwsgi") is not None and hasattr(sys.modules["uwsgi"], "masterpid")


def is_coming() -> bool:
    """Whether the program of this process is uWSGI, which will add its module later."""
    try:
        return os.path.basename(os.readlink("/proc/self/exe")).startswith("uwsgi")
    except OSError:
        return False


def start(launch: Callable[[], None]) -> str:
    """In a worker, or where there is no master: now. In the master: in each worker after its fork. Without threads: leaves the reason."""
    uwsgi: Any = sys.modules["uwsgi"]
    has_threads = _has_threads(uwsgi)
    begin = launch if has_threads else lambda: leave_reason(REASON)
    if uwsgi.masterpid() == 0 or uwsgi.worker_id() > 0:
        begin()
        return "started" if has_threads else "not started: " + REASON
    _after_fork(uwsgi, begin)
    return "waiting for children" if has_threads else "not started: " + REASON


def _has_threads(uwsgi: Any) -> bool:
    options = {_text(name): value for name, value in uwsgi.opt.items()}
    return "enable-threads" in options or "threads" in options


def _text(name: Any) -> str:
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)


def _after_fork(uwsgi: Any, begin: Callable[[], None]) -> None:
    """By the decorators' own list where they are installed: an application that uses them replaces any other hook."""

    def hook() -> None:
        try:
            begin()
        except (OSError, RuntimeError):
            # A worker without an agent is better than none.
            pass

    try:
        from uwsgidecorators import postfork
    except Exception:
        before: Optional[Callable[[], Any]] = getattr(uwsgi, "post_fork_hook", None)
        uwsgi.post_fork_hook = hook if before is None else _one_then(before, hook)
        return
    postfork(hook)


def _one_then(before: Callable[[], Any], hook: Callable[[], None]) -> Callable[[], None]:
    def both() -> None:
        before()
        hook()

    return both


class _Watch:
    """First on sys.meta_path until the module is there; finds nothing itself."""

    def __init__(self, launch: Callable[[], None]) -> None:
        self._launch = launch

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if is_loaded() and self in sys.meta_path:
            sys.meta_path.remove(self)
            try:
                start(self._launch)
            except (OSError, RuntimeError, AttributeError):
                pass


def start_when_loaded(launch: Callable[[], None]) -> None:
    sys.meta_path.insert(0, _Watch(launch))
