"""Facts about the process: identity, limits, descriptors, memory, environment."""

import errno
import os
import resource
import stat
from fnmatch import fnmatchcase
from typing import Any, Dict, List, Optional, Tuple

from ispyd.plugin import CommandFailed, Context, command

_MOST_READ_BYTES = 1024 * 1024
_MOST_DESCRIPTORS = 100_000
# proc_pid_status(5).
_MEMORY_FIELDS = {
    "resident": "VmRSS",
    "residentPeak": "VmHWM",
    "virtual": "VmSize",
    "virtualPeak": "VmPeak",
    "swapped": "VmSwap",
    "data": "VmData",
    "stack": "VmStk",
}


@command(examples=[("process pid", "the process id, as the process sees itself")])
def pid() -> int:
    """Process id, as the process sees itself"""
    return os.getpid()


@command()
def ppid() -> int:
    """Process id of the parent, as the process sees it"""
    return os.getppid()


@command()
def uid() -> int:
    """Real user id"""
    return os.getuid()


@command()
def euid() -> int:
    """Effective user id"""
    return os.geteuid()


@command()
def gid() -> int:
    """Real group id"""
    return os.getgid()


@command()
def egid() -> int:
    """Effective group id"""
    return os.getegid()


@command(examples=[("process cwd shop", "where each worker of shop stands")])
def cwd() -> str:
    """Current working directory"""
    try:
        return os.getcwd()
    except FileNotFoundError:
        raise CommandFailed("the working directory was removed") from None


@command()
def umask() -> str:
    """File mode creation mask, in octal

    Read from /proc: os.umask would have to change it for a moment.
    """
    mask = _status().get("Umask")
    if mask is None:
        raise CommandFailed("this kernel does not tell the umask", "it does since Linux 4.7")
    return mask


@command(shape="table", columns=["limit", {"name": "soft", "align": "right"}, {"name": "hard", "align": "right"}])
def limits() -> List[Dict[str, Any]]:
    """Resource limits

    The units are those of getrlimit: bytes, seconds, or a count.
    """
    names = sorted(name for name in dir(resource) if name.startswith("RLIMIT_") and name != "RLIMIT_OFILE")
    found = [(name[len("RLIMIT_") :].lower(), resource.getrlimit(getattr(resource, name))) for name in names]
    return [{"limit": name, "soft": _limit(soft), "hard": _limit(hard)} for name, (soft, hard) in found]


def _limit(value: int) -> Any:
    return "unlimited" if value == resource.RLIM_INFINITY else value


@command()
def argv(context: Context) -> List[str]:
    """Command line, as the kernel has it, without its secrets"""
    words = _read("/proc/self/cmdline").rstrip(b"\0").split(b"\0")
    return context.arguments([word.decode("utf-8", "replace") for word in words])


@command(
    shape="table",
    columns=[{"name": "fd", "align": "right"}, "kind", "what"],
    parameters={"limit": {"minimum": 1, "maximum": 100_000}},
    examples=[("process fds --kind socket", "its sockets")],
)
def fds(context: Context, kind: Optional[str] = None, limit: int = 1_000) -> List[Dict[str, Any]]:
    """Open file descriptors

    Those of the agent itself are among them.

    Parameters:
    kind: only this kind: file, directory, socket, pipe, device, anonymous
    limit: most rows that are shown
    """
    try:
        numbers = sorted(int(name) for name in os.listdir("/proc/self/fd"))
    except OSError as error:
        raise CommandFailed("the descriptors can't be listed: %s" % errno.errorcode.get(error.errno or 0, "")) from None
    rows: List[Dict[str, Any]] = []
    shown = 0
    for number in numbers[:_MOST_DESCRIPTORS]:
        context.check()
        described = _descriptor(number)
        if described is None or (kind is not None and described[0] != kind):
            continue
        shown += 1
        if len(rows) < limit:
            rows.append({"fd": number, "kind": described[0], "what": described[1]})
    context.cut("descriptors", len(rows), shown)
    return rows


def _descriptor(number: int) -> Optional[Tuple[str, str]]:
    """Kind and name; None where it was closed meanwhile."""
    try:
        what = os.readlink("/proc/self/fd/%d" % number)
        mode = os.fstat(number).st_mode
    except OSError:
        return None
    if what.startswith("anon_inode:"):
        return "anonymous", what[len("anon_inode:") :]
    for test, name in ((stat.S_ISSOCK, "socket"), (stat.S_ISFIFO, "pipe"), (stat.S_ISDIR, "directory"), (stat.S_ISREG, "file")):
        if test(mode):
            return name, what.encode("utf-8", "replace").decode("utf-8")
    return "device", what.encode("utf-8", "replace").decode("utf-8")


@command(shape="record")
def memory() -> Dict[str, Any]:
    """Memory of the process, in bytes

    From /proc/self/status: resident now and at its peak, virtual, swapped, data, stack; page faults from getrusage.
    """
    status = _status()
    found: Dict[str, Any] = {name: int(status[field].split()[0]) * 1_024 for name, field in _MEMORY_FIELDS.items() if field in status}
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return dict(found, minorFaults=usage.ru_minflt, majorFaults=usage.ru_majflt)


@command(
    shape="table",
    level="capture",
    columns=["name", "value"],
    parameters={"pattern": {"x-positional": True}, "limit": {"minimum": 1, "maximum": 10_000}},
    examples=[("process environ 'DB_*'", "the variables whose names begin with DB_, passwords hidden")],
)
def environ(context: Context, pattern: str = "*", limit: int = 500) -> List[Dict[str, str]]:
    """Environment variables as the process has them now, without their secrets

    Parameters:
    pattern: names to show, with * and ? as in a shell
    limit: most rows that are shown
    """
    matching = [(name, value) for name, value in environment_texts() if fnmatchcase(name, pattern)]
    context.cut("variables", min(limit, len(matching)), len(matching))
    rows = []
    for name, value in matching[:limit]:
        context.check()
        rows.append({"name": name, "value": context.named(name, value)})
    return rows


def environment_texts() -> List[Tuple[str, str]]:
    """Names and values, sorted. Raises CommandFailed where os.environ was replaced."""
    return sorted((_text(name), _text(value)) for name, value in _environment().items())


def _environment() -> Dict[bytes, bytes]:
    """The dict behind os.environ, of plain bytes: its own methods could have been replaced."""
    data = getattr(os.environ, "_data", None)
    if type(data) is not dict:
        raise CommandFailed("os.environ was replaced by something else", "process argv and /proc/PID/environ show what it began with")
    return {name: value for name, value in tuple(data.items()) if type(name) is bytes and type(value) is bytes}


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _status() -> Dict[str, str]:
    lines = _read("/proc/self/status").decode("ascii", "replace").splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _read(path: str) -> bytes:
    """Raises CommandFailed where the file can't be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise CommandFailed("%s can't be read: %s" % (path, errno.errorcode.get(error.errno or 0, ""))) from None
    try:
        parts = [os.read(descriptor, 65_536)]
        while parts[-1] and sum(map(len, parts)) < _MOST_READ_BYTES:
            parts.append(os.read(descriptor, 65_536))
        return b"".join(parts)
    finally:
        os.close(descriptor)
