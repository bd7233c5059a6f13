"""Native threads, locks, polling and clocks, also where gevent or eventlet patched the modules that have them, before or after this one.

Everything below stands on these names and on C modules that nobody patches (_socket, _signal, os.fstat), never on threading, socket or select.
"""

import _signal
import _thread
import os
import select
import sys
import time
from typing import Any, Callable, Iterable, Tuple


def _original(module: Any, name: str) -> Any:
    """The function as the interpreter made it. gevent.monkey.get_original and eventlet.patcher.original are their documented ways back."""
    gevent = getattr(sys.modules.get("gevent.monkey"), "get_original", None)
    if gevent is not None:
        return gevent(module.__name__, name)
    eventlet = getattr(sys.modules.get("eventlet.patcher"), "original", None)
    if eventlet is not None:
        return getattr(eventlet(module.__name__), name)
    return getattr(module, name)


_start_new_thread: Callable[[Callable[..., None], Tuple[Any, ...]], int] = _original(_thread, "start_new_thread")
allocate_lock: Callable[[], Any] = _original(_thread, "allocate_lock")
thread_ident: Callable[[], int] = _original(_thread, "get_ident")
native_thread_id: Callable[[], int] = _original(_thread, "get_native_id")
poll: Callable[[], Any] = _original(select, "poll")
sleep: Callable[[float], None] = _original(time, "sleep")
monotonic: Callable[[], float] = time.monotonic
thread_time: Callable[[], float] = time.thread_time
wall_time: Callable[[], float] = time.time

# Those that the kernel sends a thread for its own fault can't be blocked with any sense (signal(7)).
_OWN_FAULT = {_signal.SIGSEGV, _signal.SIGFPE, _signal.SIGILL, _signal.SIGABRT, getattr(_signal, "SIGBUS", _signal.SIGSEGV)}
_BLOCKED: Iterable[int] = tuple(set(_signal.valid_signals()) - _OWN_FAULT)


def start_native_thread(target: Callable[..., None], arguments: Tuple[Any, ...]) -> None:
    """Starts a thread that takes no signal of the application's: one that waits for them in sigwait must still get them.

    A new thread inherits the mask of its maker, so the mask is this thread's for a moment. Raises RuntimeError where no thread can be started.
    """
    before = _signal.pthread_sigmask(_signal.SIG_BLOCK, _BLOCKED)
    try:
        _start_new_thread(target, arguments)
    finally:
        _signal.pthread_sigmask(_signal.SIG_SETMASK, before)


def name_this_thread(name: str) -> None:
    """For ps and top; the kernel keeps 15 bytes. Not worth an error."""
    try:
        descriptor = os.open("/proc/self/task/%d/comm" % native_thread_id(), os.O_WRONLY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        os.write(descriptor, name.encode("ascii", "replace")[:15])
    except OSError:
        pass
    finally:
        os.close(descriptor)
