"""Which process this is, as it sees itself: pid and start time, so that a pid that was used again is not mistaken for it."""

import os
from typing import List, Optional

_START_TIME_FIELD = 22  # proc_pid_stat(5)


def start_ticks(pid: int) -> Optional[int]:
    """Clock ticks from boot to the start of the process; None where there is no such process in this namespace."""
    try:
        descriptor = os.open("/proc/%d/stat" % pid, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        stat = os.read(descriptor, 4_096)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    # The command's name stands in brackets and may hold anything, brackets too.
    fields = stat[stat.rfind(b")") + 2 :].split()
    try:
        return int(fields[_START_TIME_FIELD - 3])
    except (IndexError, ValueError):
        return None


def command_line(pid: int) -> Optional[List[str]]:
    """argv as the kernel has it, at most 64 KiB; None where it can't be read."""
    try:
        descriptor = os.open("/proc/%d/cmdline" % pid, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        raw = os.read(descriptor, 65_536)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return [part.decode("utf-8", "surrogateescape") for part in raw.rstrip(b"\0").split(b"\0")]
