"""The agent of ispyd. `ispyd.start()` in an application, or ISPYD_START=1 in its environment, lets ispyd ask this process questions.

Importing it starts nothing, and loads nothing but this file.
"""

import os

from ispyd.version import __version__

__all__ = ["__version__", "start", "start_if_asked"]


def start() -> str:
    """Starts the agent in this process, or says why not; a forking master starts one in each of its children instead. Safe to call again.

    Answers "started", "waiting for children", or "not started: " and the reason. Never raises for a reason of its own.
    """
    from ispyd.starting import start_agent

    return start_agent(fresh=False)


def start_if_asked() -> str:
    """As `start` where ISPYD_START is set to anything but 0, at the very beginning of the process; called by sitecustomize and ispyd_start.pth."""
    if os.environ.get("ISPYD_START", "") in ("", "0"):
        return "not started: ISPYD_START is not set"
    from ispyd.starting import start_agent

    return start_agent(fresh=True)
