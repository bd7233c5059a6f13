"""Processes that only fork others: gunicorn's arbiter, Celery's main process, multiprocessing's fork server. No agent starts in them, but in their children.

Recognised by their command line when they start, and their children by where in the master's code they were forked.
"""

import os
import sys
from typing import Any, List, Optional, Tuple

from ispyd.process_identity import command_line

# Options of the interpreter that take the next argument (Python's using/cmdline.html).
_WITH_VALUE = ("-W", "-X", "--check-hash-based-pycs")
_MOST_FRAMES = 2_000


def kind_of_master(argv: Optional[List[str]]) -> str:
    """One of "gunicorn", "celery", "forkserver"; "helper" for a process of multiprocessing that runs no application; empty for all others."""
    if not argv:
        return ""
    if argv[0].startswith("gunicorn: "):
        # setproctitle's, of the arbiter and of the workers alike.
        return "gunicorn"
    program, rest = _program(argv)
    if program == "gunicorn":
        return "gunicorn"
    if program == "celery" and "worker" in rest and _celery_pool(rest) in ("prefork", "processes"):
        return "celery"
    if program == "-c" and rest and "multiprocessing.forkserver" in rest[0]:
        return "forkserver"
    if program == "-c" and rest and ("multiprocessing.resource_tracker" in rest[0] or "multiprocessing.semaphore_tracker" in rest[0]):
        return "helper"
    return ""


def _program(argv: List[str]) -> Tuple[str, List[str]]:
    """The script's or module's name, without its directories, and what follows; "-c" and the code."""
    if not os.path.basename(argv[0]).startswith(("python", "pypy")):
        return os.path.basename(argv[0]), argv[1:]
    at = 1
    while at < len(argv) and argv[at].startswith("-") and argv[at] not in ("-m", "-c"):
        at += 2 if argv[at] in _WITH_VALUE else 1
    if at >= len(argv):
        return "", []
    if argv[at] == "-c":
        return "-c", argv[at + 1 :]
    at += 1 if argv[at] == "-m" else 0
    name = argv[at] if at < len(argv) else ""
    # `python -m gunicorn`, and `python .../gunicorn/__main__.py`.
    shown = os.path.dirname(name) if os.path.basename(name) == "__main__.py" else name
    return os.path.basename(shown).split(".")[0], argv[at + 1 :]


def _celery_pool(rest: List[str]) -> str:
    for index, word in enumerate(rest):
        if word in ("-P", "--pool") and index + 1 < len(rest):
            return rest[index + 1]
        if word.startswith("--pool="):
            return word[len("--pool=") :]
        if word.startswith("-P") and len(word) > 2:
            return word[2:]
    return "prefork"


def waits_for_children(fresh: bool) -> str:
    """The kind of this process where it is a master (see `kind_of_master`), else "". `fresh`: its program began just now, so it is nobody's fork."""
    kind = kind_of_master(command_line(os.getpid())) or ("" if fresh else kind_of_master(_arguments()))
    if kind in ("", "helper") or fresh:
        return kind
    return "" if _is_forked_worker(kind) else kind


def _arguments() -> List[str]:
    """As the program sees them, where its title was overwritten."""
    arguments = getattr(sys, "argv", [])
    return ["python"] + [one for one in arguments if type(one) is str] if type(arguments) is list else []


def _is_forked_worker(kind: str) -> bool:
    for frame in sys._current_frames().values():
        place = _fork_place(frame)
        if place != "":
            return place == "worker"
    # A greenlet's stack ends at its beginning. A child of the same command line is a fork of its parent.
    own, parents = command_line(os.getpid()), command_line(os.getppid())
    return own is not None and (own == parents or (kind == "gunicorn" and own[0].startswith("gunicorn: worker")))


def stays_master(kind: str) -> bool:
    """In a child that was just forked: whether it is the master again, as when gunicorn becomes a daemon, or about to run another program."""
    return kind == "gunicorn" and _fork_place(sys._getframe()) == "master"


def _fork_place(frame: Any) -> str:
    """Where a stack passes through the code that forks: "worker", "master", or "" where it does not."""
    for _ in range(_MOST_FRAMES):
        if frame is None:
            return ""
        file, function = frame.f_code.co_filename, frame.f_code.co_name
        if "/gunicorn/" in file:
            if function == "spawn_worker":
                return "worker"
            if function in ("daemonize", "reexec", "spawn_dirty_arbiter", "run") and file.endswith(("util.py", "arbiter.py")):
                return "master"
        if ("/billiard/" in file and function in ("_bootstrap", "_launch")) or ("/multiprocessing/" in file and function in ("_bootstrap", "_serve_one")):
            return "worker"
        frame = frame.f_back
    return ""
