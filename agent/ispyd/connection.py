"""One client: bytes in to lines, lines out to bytes, both bounded. Belongs to the control thread.

Every use of the descriptor is preceded by a look whether it is still ours: applications that become daemons close all they find.
"""

import _socket
from typing import List, Optional

from ispyd.budget import Repetition
from ispyd.command_thread import Job
from ispyd.messages import REQUEST_BYTES, Id
from ispyd.primitives import monotonic
from ispyd.socket_directory import Identity, identity_of

_READ_BYTES = 65_536
# Before more is read from a client, it must have taken most of what was answered.
_UNREAD_BYTES = 1024 * 1024
_MOST_UNREAD_BYTES = 16 * 1024 * 1024
_UNREAD_SECONDS = 30.0


class Connection:
    def __init__(self, socket: _socket.socket) -> None:
        """`socket` is connected, and the connection's from here on. Raises OSError."""
        socket.setblocking(False)
        self.socket = socket
        self.descriptor = socket.fileno()
        self._identity: Identity = identity_of(self.descriptor)
        self._received = bytearray()
        self._discarding = False
        self._unread = bytearray()
        self._moved_at = monotonic()
        self.said_hello = False
        # The one job that this client waits for, and the id that it gave it.
        self.job: Optional[Job] = None
        self.job_id: Id = None
        self.repetition = Repetition()
        self.broken_lines = 0
        self.is_closed = False

    def is_ours(self) -> bool:
        try:
            return not self.is_closed and identity_of(self.descriptor) == self._identity
        except OSError:
            return False

    def close(self) -> None:
        """Closes the descriptor where it is still ours, and forgets it where it is not."""
        if self.is_closed:
            return
        ours = self.is_ours()
        self.is_closed = True
        if ours:
            self.socket.close()
        else:
            self.socket.detach()
        self._received.clear()
        self._unread.clear()

    @property
    def wants_to_read(self) -> bool:
        return len(self._unread) < _UNREAD_BYTES

    @property
    def wants_to_write(self) -> bool:
        return len(self._unread) > 0

    def stalled_at(self) -> Optional[float]:
        """When this client will have taken nothing for too long; None where nothing waits for it."""
        return self._moved_at + _UNREAD_SECONDS if self.wants_to_write else None

    def read(self) -> Optional[List[Optional[bytes]]]:
        """The lines that are complete now, None for one that was too long; or None where the client is gone."""
        try:
            received = self.socket.recv(_READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return []
        except OSError:
            return None
        return None if received == b"" else self._lines(received)

    def _lines(self, received: bytes) -> List[Optional[bytes]]:
        lines: List[Optional[bytes]] = []
        pieces = received.split(b"\n")
        for piece in pieces[:-1]:
            line = self._take(piece)
            if self._discarding:
                self._discarding = False
            else:
                lines.append(bytes(line))
            self._received.clear()
        self._take(pieces[-1])
        if len(self._received) > REQUEST_BYTES and not self._discarding:
            # Answered once, when it is known; the rest of the line is dropped as it comes.
            self._discarding = True
            lines.append(None)
        if self._discarding:
            self._received.clear()
        return [None if line is not None and len(line) > REQUEST_BYTES else line for line in lines]

    def _take(self, piece: bytes) -> bytearray:
        if not self._discarding:
            self._received += piece
        return self._received

    def send(self, line: bytes) -> None:
        """Never waits. A client that lets too much lie is left."""
        if self.is_closed:
            return
        if not self.wants_to_write:
            self._moved_at = monotonic()
        if len(self._unread) + len(line) > _MOST_UNREAD_BYTES:
            self.close()
            return
        self._unread += line
        self.flush()

    def flush(self) -> None:
        while self._unread and self.is_ours():
            try:
                sent = self.socket.send(self._unread[:_READ_BYTES])
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                self.close()
                return
            del self._unread[:sent]
            self._moved_at = monotonic()
