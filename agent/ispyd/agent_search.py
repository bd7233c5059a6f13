"""Agents that can be reached from here: listening sockets of the agent's name whose process lives. For the bridge, which runs beside the application."""

import _socket
import os
import re
from typing import Any, Dict, Iterator, List, NamedTuple

from ispyd.process_identity import command_line, start_ticks
from ispyd.redaction.redactor import Redactor

_LISTED = re.compile(r" (/\S.*/ispyd-agent-([0-9]{1,10})-([0-9]{1,20})-[0-9a-f]{8}/socket)$")
_MOST_AGENTS = 1_000


class FoundAgent(NamedTuple):
    pid: int
    start_ticks: int
    # As this process can open it.
    path: str
    uid: int


def find_agents() -> List[FoundAgent]:
    """By /proc/net/unix, which lists the sockets of this network namespace (proc(5)); those of processes that are gone or out of reach are left out."""
    found: Dict[int, FoundAgent] = {}
    for line in _lines("/proc/net/unix"):
        listed = _LISTED.search(line)
        if listed is None or len(found) >= _MOST_AGENTS:
            continue
        path, pid, ticks = listed.group(1), int(listed.group(2)), int(listed.group(3))
        if start_ticks(pid) != ticks:
            continue
        # Another container of the pod may have a /tmp of its own.
        for place in (path, "/proc/%d/root%s" % (pid, path)):
            try:
                found[pid] = FoundAgent(pid, ticks, place, os.lstat(place).st_uid)
                break
            except OSError:
                continue
    return [found[pid] for pid in sorted(found)]


def describe(agent: FoundAgent) -> Dict[str, Any]:
    argv = command_line(agent.pid) or []
    redacted = Redactor(os.urandom(32)).arguments([one.encode("utf-8", "replace").decode("utf-8") for one in argv])
    return {"pid": agent.pid, "startTicks": agent.start_ticks, "uid": agent.uid, "argv": redacted}


def connect(agent: FoundAgent) -> _socket.socket:
    """Raises OSError."""
    socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        socket.connect(agent.path)
    except BaseException:
        socket.close()
        raise
    return socket


def _lines(path: str) -> Iterator[str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                yield line.rstrip("\n")
    except OSError:
        return
