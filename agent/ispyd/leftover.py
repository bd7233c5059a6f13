"""The socket's directory at the end of the process: removed when the interpreter takes its modules apart, in the process that made it.

A module of its own, since the interpreter clears every module that is still referred to (by fork.py here), and then `kept` goes. Nothing is
registered for it: no atexit, which runs while the application still works.
"""

import os
from typing import Optional

from ispyd.control import Control
from ispyd.socket_directory import remove


class _Leftover:
    def __init__(self, control: Control, getpid=os.getpid, remove=remove) -> None:  # type: ignore[no-untyped-def]
        self._control = control
        self._getpid = getpid
        self._remove = remove

    def __del__(self) -> None:
        # In a forked child the directory is the parent's.
        if self._getpid() == self._control.pid and self._control.directory != "":
            self._remove(self._control.directory)


kept: Optional[_Leftover] = None


def keep(control: Control) -> None:
    global kept
    kept = _Leftover(control)


def forget() -> None:
    global kept
    kept = None
