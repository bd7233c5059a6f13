"""The agent across fork: a child inherits no socket, no thread and no lease of its parent's agent, and starts one of its own.

One os.register_at_fork hook (it can't be taken back) does that; hello names it.
"""

import os
from typing import Optional

from ispyd import leftover, masters
from ispyd.ceiling import Ceiling, read_ceiling
from ispyd.control import Control
from ispyd.primitives import start_native_thread
from ispyd.recording import recorder

# Loaded before a master forks, so that its workers share it.
from ispyd.service_key import SERVICE_KEY  # noqa: F401


class _State:
    """Of this process. `control` is None in a master, which waits for its children."""

    def __init__(self) -> None:
        self.is_hooked = False
        self.pid = 0
        self.kind = ""
        self.ceiling: Optional[Ceiling] = None
        self.control: Optional[Control] = None


_state = _State()


def is_known() -> bool:
    """Whether this very process was started or told to wait already."""
    return _state.pid == os.getpid()


def is_started() -> bool:
    return is_known() and _state.control is not None


def wait_for_children(kind: str, ceiling: Ceiling) -> None:
    """Nothing but the hook."""
    _state.pid, _state.kind, _state.ceiling = os.getpid(), kind, ceiling
    recorder.begin_recording()
    _hook()


def launch(ceiling: Ceiling) -> None:
    """Starts the control thread. Raises RuntimeError where this process can start no thread."""
    _forget_inherited()
    _state.pid, _state.kind, _state.ceiling = os.getpid(), "", ceiling
    control = Control(ceiling)
    start_native_thread(control.run, ())
    _state.control = control
    leftover.keep(control)
    recorder.begin_recording()
    _hook()


def _hook() -> None:
    if not _state.is_hooked:
        _state.is_hooked = True
        os.register_at_fork(after_in_child=after_fork_in_child)


def _forget_inherited() -> None:
    """Also where the fork was C code's and no hook ran."""
    control, _state.control = _state.control, None
    if control is not None and control.pid != os.getpid():
        control.forget()
    leftover.forget()


def after_fork_in_child() -> None:
    """In the thread that forked, before it goes on. What fails here leaves the child without an agent, and is not the application's to see."""
    kind, ceiling = _state.kind, _state.ceiling
    recorder.forget_inherited()
    _forget_inherited()
    if ceiling is None:
        return
    if masters.stays_master(kind):
        _state.pid = os.getpid()
        recorder.begin_recording()
        return
    lowest = read_ceiling(ceiling)
    if not lowest.allows("inspect"):
        _state.pid, _state.ceiling = os.getpid(), None
        return
    try:
        launch(lowest)
    except RuntimeError:
        _state.pid = os.getpid()
