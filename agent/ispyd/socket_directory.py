"""Where the agent listens: a socket in a fresh directory that only its own user can enter. What dead agents left is swept on the way.

The mode is given to mkdir and to nothing else: the umask belongs to the whole process, so that changing it for a moment would
reach files that the application's threads create meanwhile, and mkdir's mode can only be narrowed by it. Nothing is bound and then chmod-ed.
"""

import _socket
import os
import re
import stat
from typing import Iterator, List, NamedTuple, Optional, Tuple

from ispyd.primitives import wall_time
from ispyd.process_identity import start_ticks

_NAME = re.compile(r"ispyd-agent-([0-9]{1,10})-([0-9]{1,20})-[0-9a-f]{8}\Z")
_SOCKET = "socket"
# Written instead of the socket where an agent can't run; docs/protocol.md.
_WHY = "why"
# unix(7): sun_path holds 108 bytes with its end.
_LONGEST_PATH = 107
_MOST_ENTRIES = 10_000
_YOUNG_SECONDS = 60.0
_BACKLOG = 8

Identity = Tuple[int, int]


class Listener(NamedTuple):
    socket: _socket.socket
    # Device and inode of the socket: the application may close our descriptor and use its number for something of its own.
    identity: Identity
    directory: str
    path: str


def identity_of(descriptor: int) -> Identity:
    """Raises OSError where the descriptor is closed."""
    found = os.fstat(descriptor)
    return (found.st_dev, found.st_ino)


def parents() -> List[str]:
    """Directories that agents of this user lie in: the user's own runtime directory first, and /tmp."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return [path for path in (runtime, "/tmp") if path.startswith("/") and _is_fit(path)]


def _is_fit(path: str) -> bool:
    """Others must not be able to take our directory away: it is ours, or sticky, as /tmp is."""
    try:
        found = os.stat(path)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and (found.st_mode & stat.S_ISVTX != 0 or (found.st_uid == os.geteuid() and found.st_mode & 0o022 == 0))


def make_directory() -> str:
    """Raises OSError where none of the parents takes it."""
    pid = os.getpid()
    name = "ispyd-agent-%d-%d-" % (pid, start_ticks(pid) or 0)
    failed: OSError = FileNotFoundError("neither XDG_RUNTIME_DIR nor /tmp is fit for a directory of one's own")
    for parent in parents():
        path = os.path.join(parent, name + os.urandom(4).hex())
        if len(os.fsencode(path)) + 1 + len(_SOCKET) > _LONGEST_PATH:
            continue
        try:
            os.mkdir(path, 0o700)
            found = os.lstat(path)
        except OSError as error:
            failed = error
            continue
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and found.st_mode & 0o077 == 0:
            return path
    raise failed


def listen() -> Listener:
    """Makes the directory, binds and listens. Raises OSError; then nothing is left."""
    directory = make_directory()
    path = os.path.join(directory, _SOCKET)
    listening = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        listening.bind(path)
        listening.listen(_BACKLOG)
        listening.setblocking(False)
        return Listener(listening, identity_of(listening.fileno()), directory, path)
    except BaseException:
        listening.close()
        remove(directory)
        raise


def leave_reason(reason: str) -> None:
    """A directory with the reason in place of a socket, for those who look for an agent here."""
    try:
        path = os.path.join(make_directory(), _WHY)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError:
        return
    try:
        os.write(descriptor, (reason + "\n").encode("utf-8", "replace"))
    except OSError:
        pass
    finally:
        os.close(descriptor)


def remove(directory: str, unlink=os.unlink, rmdir=os.rmdir, failure=OSError) -> None:  # type: ignore[no-untyped-def]
    """The functions are bound as defaults, because it also runs when the interpreter has taken its modules apart."""
    for name in ("socket", "why"):
        try:
            unlink(directory + "/" + name)
        except failure:
            pass
    try:
        rmdir(directory)
    except failure:
        pass


def sweep() -> None:
    """Removes directories of this user whose agent is gone: by pid and start time, and because nobody listens in them.

    The second, since a /tmp may be shared by containers that can't see each other's processes.
    """
    for parent in parents():
        try:
            for path in _own_directories(parent):
                if _is_stale(path):
                    remove(path)
        except OSError:
            continue


def _own_directories(parent: str) -> Iterator[str]:
    with os.scandir(parent) as entries:
        for count, entry in enumerate(entries):
            if count >= _MOST_ENTRIES:
                return
            if _NAME.match(entry.name) is None:
                continue
            found = entry.stat(follow_symlinks=False)
            if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid():
                yield entry.path


def _is_stale(path: str) -> bool:
    named = _NAME.match(os.path.basename(path))
    if named is None:
        return False
    pid, ticks = int(named.group(1)), int(named.group(2))
    # Of this very process: from before it replaced its program (exec keeps pid and start time).
    if pid != os.getpid() and start_ticks(pid) == ticks:
        return False
    heard = is_listening(os.path.join(path, _SOCKET))
    if heard is None:
        # Not bound yet, or a reason: it stays while it is young.
        return wall_time() - os.lstat(path).st_mtime > _YOUNG_SECONDS
    return not heard


def is_listening(path: str) -> Optional[bool]:
    """Whether somebody listens on that socket; None where there is no socket."""
    asking = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        asking.setblocking(False)
        asking.connect(path)
    except FileNotFoundError:
        return None
    except ConnectionRefusedError:
        return False
    except OSError:
        # EAGAIN: its queue is full, so it is there.
        return True
    finally:
        asking.close()
    return True
