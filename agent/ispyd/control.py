"""The control thread: it listens, checks who connects, and answers hello, ping, cancel and a catalogue that is known; calls go to the command thread.

It takes no lock of the application's and imports nothing, so that it answers while the application hangs, as long as the GIL is to be had.
With nothing to do it wakes up once in ten seconds, to see whether its socket is still its own.
"""

import _socket
import os
import struct
from typing import Any, Dict, List, Optional, Tuple

from ispyd.call_request import Plugins
from ispyd.calls import Calls
from ispyd.ceiling import Ceiling
from ispyd.connection import Connection
from ispyd.connection_requests import Answering
from ispyd.import_locks import drop_imports
from ispyd.messages import INVALID_REQUEST, REQUEST_BYTES, ProtocolError, error_line, read_line
from ispyd.primitives import monotonic, name_this_thread, native_thread_id, poll, sleep, thread_time, wall_time
from ispyd.socket_directory import Listener, identity_of, listen, remove, sweep

MOST_CONNECTIONS = 16
# poll(2); the module's constants are gone where eventlet patched it.
_IN, _OUT = 1, 4
_PEER = struct.Struct("iII")
# Where the process is out of descriptors, or its directory was taken away.
_RETRY_SECONDS = 5.0
_MOST_RETRIES = 10
_IDLE_SECONDS = 10.0
# A process that is about to become another program, or a daemon that closes all descriptors, does so at once.
_SETTLING_SECONDS = 0.2
_MOST_BROKEN_LINES = 1_000


class Control:
    """The agent of one process, from its start to the end of the process."""

    def __init__(self, ceiling: Ceiling) -> None:
        self.pid = os.getpid()
        self.ceiling = ceiling
        self.started_ms = round(wall_time() * 1_000)
        self.plugins = Plugins()
        self.calls = Calls(self.plugins)
        self.answering = Answering(self)
        self.native_id = 0
        self._listener: Optional[Listener] = None
        self._retry_at = 0.0
        self._retries = 0
        self._connections: Dict[int, Connection] = {}
        self._cpu_seconds = 0.0

    @property
    def directory(self) -> str:
        return "" if self._listener is None else self._listener.directory

    def run(self) -> None:
        """The thread's own function: never raises."""
        try:
            self.native_id = native_thread_id()
            name_this_thread("ispyd-control")
            sleep(_SETTLING_SECONDS)
            sweep()
            while self._retries < _MOST_RETRIES:
                try:
                    self._turn()
                except (OSError, ValueError, MemoryError):
                    self._retries += 1
                    sleep(_RETRY_SECONDS)
        except BaseException:
            # At the interpreter's end anything may be gone.
            pass

    def threads(self) -> List[int]:
        return [self.native_id] + self.calls.threads()

    def forget(self) -> None:
        """In a forked child: closes what it inherited. Its directory and its threads are the parent's."""
        if self._listener is not None:
            _let_go(self._listener)
        for connection in self._connections.values():
            connection.close()
        drop_imports(self.calls.idents())

    def _turn(self) -> None:
        self._listen_if_due()
        wait = self.calls.step()
        for connection in self._connections.values():
            if connection.job is not None:
                self.answering.send_progress(connection)
        self._leave_stalled()
        self._connections = {number: one for number, one in self._connections.items() if not one.is_closed}
        events = self._poller().poll(self._wait_ms(wait))
        for descriptor, event in events:
            self._serve(descriptor, event)
        self._measure()

    def _listen_if_due(self) -> None:
        if self._listener is not None and not _is_ours(self._listener):
            self._listener.socket.detach()
            remove(self._listener.directory)
            self._listener, self._retry_at = None, monotonic() + _SETTLING_SECONDS
            self._retries += 1
        if self._listener is None and monotonic() >= self._retry_at:
            try:
                self._listener = listen()
            except OSError:
                self._retry_at = monotonic() + _RETRY_SECONDS
                self._retries += 1

    def _accepts(self) -> bool:
        return self._listener is not None and monotonic() >= self._retry_at

    def _poller(self) -> Any:
        poller = poll()
        if self._listener is not None and self._accepts():
            poller.register(self._listener.socket.fileno(), _IN)
        for descriptor, connection in self._connections.items():
            poller.register(descriptor, (_IN if connection.wants_to_read else 0) | (_OUT if connection.wants_to_write else 0))
        return poller

    def _wait_ms(self, wait: Optional[float]) -> float:
        """poll's time limit."""
        now = monotonic()
        until = [now + (_IDLE_SECONDS if wait is None else wait)]
        until += [at for at in (one.stalled_at() for one in self._connections.values()) if at is not None]
        if not self._accepts():
            until.append(self._retry_at)
        return max(1.0, (min(until) - now) * 1_000)

    def _leave_stalled(self) -> None:
        now = monotonic()
        for connection in list(self._connections.values()):
            at = connection.stalled_at()
            if at is not None and now > at:
                self._leave(connection)

    def _serve(self, descriptor: int, event: int) -> None:
        if self._listener is not None and descriptor == self._listener.socket.fileno():
            if _is_ours(self._listener):
                self._accept(self._listener)
            return
        connection = self._connections.get(descriptor)
        if connection is None:
            return
        if not connection.is_ours():
            self._leave(connection)
            return
        try:
            if event & _OUT:
                connection.flush()
            if event & ~_OUT:
                self._read(connection)
        except Exception:
            # One client, or a defect of ours that one client brings out, must not end it for the others.
            self._leave(connection)

    def _accept(self, listener: Listener) -> None:
        try:
            descriptor, _ = listener.socket._accept()  # type: ignore[attr-defined]
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return
        except OSError:
            # Out of descriptors: the client waits in the queue, and poll would not wait at all.
            self._retry_at = monotonic() + _RETRY_SECONDS
            return
        socket = _socket.socket(fileno=descriptor)
        try:
            connection = Connection(socket)
            refusal = self._refusal(socket)
        except OSError:
            socket.close()
            return
        if refusal is not None:
            connection.send(error_line(refusal, None))
            connection.close()
            return
        self._connections[connection.descriptor] = connection

    def _refusal(self, socket: _socket.socket) -> Optional[ProtocolError]:
        """unix(7), SO_PEERCRED: who the other side was when it connected, as the kernel knows it."""
        uid = peer_uid(socket)
        if uid not in (0, os.geteuid(), os.getuid()):
            return ProtocolError("protocol", "user %d may not speak to a process of user %d" % (uid, os.geteuid()), "use that user, or root")
        if len(self._connections) >= MOST_CONNECTIONS:
            return ProtocolError("busy", "%d clients are connected already" % MOST_CONNECTIONS, "try again")
        return None

    def _read(self, connection: Connection) -> None:
        lines = connection.read()
        if lines is None:
            self._leave(connection)
            return
        for line in lines:
            if connection.is_closed:
                return
            if not self._answer(connection, line):
                connection.broken_lines += 1
                if connection.broken_lines > _MOST_BROKEN_LINES:
                    self._leave(connection)

    def _answer(self, connection: Connection, line: Optional[bytes]) -> bool:
        """False for a line that is no request."""
        try:
            if line is None:
                raise ProtocolError("too-large", "a request has at most %d bytes" % REQUEST_BYTES, number=INVALID_REQUEST)
            request = read_line(line)
        except ProtocolError as error:
            connection.send(error_line(error, error.id))
            return False
        self.answering.answer(connection, request)
        return True

    def _leave(self, connection: Connection) -> None:
        self.answering.client_left(connection)
        connection.close()

    def _measure(self) -> None:
        cpu_seconds = thread_time()
        self.answering.cpu.spend(cpu_seconds - self._cpu_seconds)
        self._cpu_seconds = cpu_seconds


def peer_uid(socket: _socket.socket) -> int:
    peer: Tuple[int, int, int] = _PEER.unpack(socket.getsockopt(_socket.SOL_SOCKET, _socket.SO_PEERCRED, _PEER.size))
    return peer[1]


def _is_ours(listener: Listener) -> bool:
    try:
        return identity_of(listener.socket.fileno()) == listener.identity
    except OSError:
        return False


def _let_go(listener: Listener) -> None:
    if _is_ours(listener):
        listener.socket.close()
    else:
        listener.socket.detach()
