"""The answer to hello: who this process is, what its owner allows, and what the agent changed in it. Made by the control thread.

Nothing is imported: facts about other libraries come from what is loaded already.
"""

import os
import sys
from typing import Any, Dict, List

from ispyd.ceiling import Ceiling
from ispyd.process_identity import start_ticks
from ispyd.recording.wrapping import installed
from ispyd.version import PROTOCOL_VERSION, __version__

_IMPLEMENTATION = "CPython" if sys.implementation.name == "cpython" else sys.implementation.name
_TOOL_IDS = range(6)
_TOOL_CHARACTERS = 40
# What stays in the process for good; see fork.py.
HOOKS = ["os.register_at_fork(after_in_child): ispyd.fork.after_fork_in_child, does nothing but start the child's own agent"]

try:
    # Present in some form since 3.8, private until 3.14.
    if sys.version_info >= (3, 13):
        import _interpreters
    else:
        import _xxsubinterpreters as _interpreters
except ImportError:
    _interpreters = None


def hello(ceiling: Ceiling, started_ms: float, threads: List[int], disabled: Dict[str, str], catalogue_hash: str, busy: Dict[str, Any]) -> Dict[str, Any]:
    return {
        "protocol": PROTOCOL_VERSION,
        "agent": __version__,
        "pid": os.getpid(),
        "startTicks": start_ticks(os.getpid()) or 0,
        "uid": os.geteuid(),
        "python": {"version": "%d.%d.%d" % sys.version_info[:3], "implementation": _IMPLEMENTATION},
        "ceiling": {"level": ceiling.level, "setBy": ceiling.set_by},
        "facts": _facts(),
        "catalogueHash": catalogue_hash,
        "threads": threads,
        "startedMs": started_ms,
        "disabled": [{"plugin": plugin, "why": why} for plugin, why in disabled.items()],
        "hooks": HOOKS + _wrappers(),
        "busy": busy,
    }


def _wrappers() -> List[str]:
    """See recording/: what was replaced by a function that calls it, and the finder that waits for more."""
    return ["sys.meta_path: ispyd.recording.import_watch.ImportWatch"] + ["%s: records requests" % one for one in tuple(installed)]


def _facts() -> Dict[str, Any]:
    return {
        "gevent": _has_module("gevent"),
        "eventlet": _has_module("eventlet"),
        "greenlet": _has_module("greenlet"),
        "subinterpreters": _other_interpreters(),
        "freeThreaded": not _is_gil_enabled(),
        "monitoringTools": _monitoring_tools(),
    }


def _is_gil_enabled() -> bool:
    ask = getattr(sys, "_is_gil_enabled", None)
    return ask is None or bool(ask())


def _has_module(name: str) -> bool:
    return type(sys.modules) is dict and sys.modules.get(name) is not None


def _other_interpreters() -> int:
    if _interpreters is None:
        return 0
    try:
        return len(_interpreters.list_all()) - 1
    except Exception:
        return 0


def _monitoring_tools() -> Dict[str, str]:
    """PEP 669: which of the ids are taken, and by the name under which they were."""
    monitoring = getattr(sys, "monitoring", None)
    if monitoring is None:
        return {}
    names = {str(number): monitoring.get_tool(number) for number in _TOOL_IDS}
    return {number: _plain(name) for number, name in names.items() if type(name) is str}


def _plain(name: str) -> str:
    return "".join(one if one.isalnum() and one.isascii() or one in "-_." else "?" for one in name[:_TOOL_CHARACTERS])
