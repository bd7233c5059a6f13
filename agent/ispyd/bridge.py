"""`python -m ispyd bridge`: standard input and output of this process joined to an agent beside it, for a client behind `kubectl exec -i` or ssh.

First lines of JSON: {"bridge":"list"} is answered with the agents here, {"bridge":"connect","pid":N} joins one; from then on bytes pass both ways.
docs/protocol.md, "The bridge".
"""

import _socket
import json
import os
import select
from typing import Any, Dict

from ispyd.agent_search import FoundAgent, connect, describe, find_agents
from ispyd.version import PROTOCOL_VERSION, __version__

_INPUT, _OUTPUT = 0, 1
_LINE_BYTES = 4_096
_READ_BYTES = 65_536


class _Refused(Exception):
    pass


def run_bridge() -> int:
    """Until either side ends. Answers the exit code: 0, or 1 where nothing was joined."""
    while True:
        line = _read_line()
        if line == b"":
            return 1
        try:
            asked = _asked(line)
            if asked.get("bridge") == "list":
                _say({"bridge": "agents", "protocol": PROTOCOL_VERSION, "version": __version__, "agents": [describe(agent) for agent in find_agents()]})
                continue
            socket = _joined(asked)
        except _Refused as refused:
            _say({"bridge": "error", "message": str(refused)})
            continue
        _say({"bridge": "ok"})
        _pass_both_ways(socket)
        return 0


def _read_line() -> bytes:
    """Byte by byte: what follows the line belongs to the agent. Empty at the end of input."""
    line = b""
    while not line.endswith(b"\n") and len(line) < _LINE_BYTES:
        byte = os.read(_INPUT, 1)
        if byte == b"":
            return b""
        line += byte
    return line


def _asked(line: bytes) -> Dict[str, Any]:
    try:
        asked = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        raise _Refused("the line is not JSON") from None
    if not isinstance(asked, dict) or asked.get("bridge") not in ("list", "connect"):
        raise _Refused('a line is {"bridge":"list"} or {"bridge":"connect","pid":N}')
    return asked


def _joined(asked: Dict[str, Any]) -> _socket.socket:
    agent = _agent_of(asked.get("pid"))
    try:
        return connect(agent)
    except OSError as error:
        raise _Refused("the agent of process %d can't be reached: %s" % (agent.pid, error.strerror or type(error).__name__)) from None


def _agent_of(pid: Any) -> FoundAgent:
    for agent in find_agents():
        if type(pid) is int and agent.pid == pid:
            return agent
    raise _Refused("there is no agent of process %s here" % (pid if type(pid) is int else "?"))


def _say(document: Dict[str, Any]) -> None:
    _write(_OUTPUT, json.dumps(document).encode("ascii") + b"\n")


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _pass_both_ways(socket: _socket.socket) -> None:
    """Ends when the input or the agent ends: an agent takes a client that closed its side for one that left."""
    poller = select.poll()
    poller.register(_INPUT, select.POLLIN)
    poller.register(socket.fileno(), select.POLLIN)
    try:
        while True:
            for descriptor, _ in poller.poll():
                data = os.read(_INPUT, _READ_BYTES) if descriptor == _INPUT else socket.recv(_READ_BYTES)
                if data == b"":
                    return
                if descriptor == _INPUT:
                    socket.sendall(data)
                else:
                    _write(_OUTPUT, data)
    except OSError:
        # The one side or the other is gone.
        return
    finally:
        socket.close()
