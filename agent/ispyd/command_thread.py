"""The disposable thread that runs commands, one at a time. The control thread gives it jobs, and leaves it where a job does not end.

It waits on a native lock, so that it costs nothing while there is nothing to do. Nothing of a job outlives it here: no result, no exception,
no frame of the application's.
"""

import os
import sys
from typing import Any, Callable, Optional

from ispyd.messages import ProtocolError
from ispyd.plugin import CommandFailed, CommandInterrupted, Context, InvalidArgument
from ispyd.primitives import allocate_lock, monotonic, name_this_thread, native_thread_id, start_native_thread, thread_ident, thread_time

_raise_in_thread: Optional[Callable[[int, Any], Any]] = None
_TEXT_CHARACTERS = 500


class Job:
    """One piece of work and how it went. The command thread writes the outcome, `done` last; the control thread reads it then."""

    def __init__(self, command: str, plugin: str, duration_seconds: float, work: Callable[["Job"], bytes]) -> None:
        self.command = command
        # Whom to disable where it never ends; known at once or when the work has found out.
        self.plugin = plugin
        self.duration_seconds = duration_seconds
        self.work: Optional[Callable[["Job"], bytes]] = work
        self.began_at = 0.0
        self.deadline = 0.0
        self.context: Optional[Context] = None
        # Why it was told to end: "timed-out" or "interrupted".
        self.stop_code = ""
        self.stopped_at = 0.0
        self.is_interrupted = False
        self.result = b""
        self.error: Optional[ProtocolError] = None
        self.cpu_seconds = 0.0
        self.done = False

    def stop(self, code: str) -> None:
        self.stop_code, self.stopped_at = code, monotonic()


class CommandThread:
    """Made and used by the control thread; `_main` and what it calls run in the thread itself."""

    def __init__(self) -> None:
        self._wake = allocate_lock()
        self._wake.acquire()
        self._job: Optional[Job] = None
        self.ident = 0
        self.native_id = 0
        self.is_abandoned = False
        self.has_ended = False

    def start(self) -> None:
        """Raises RuntimeError where no thread can be started."""
        start_native_thread(self._main, ())

    def give(self, job: Job) -> None:
        """Only while it has none."""
        job.began_at = monotonic()
        job.deadline = job.began_at + job.duration_seconds
        self._job = job
        if self._wake.locked():
            self._wake.release()

    def interrupt(self, job: Job) -> None:
        """Raises CommandInterrupted in the thread, once for a job, where that can be done: with ctypes, and when it has begun."""
        raiser = _raise_in_thread
        if raiser is None or job.done or self.ident == 0:
            return
        job.is_interrupted = True
        raiser(self.ident, CommandInterrupted)

    def abandon(self) -> None:
        """What it still does, nobody waits for; it ends by itself when it comes back."""
        self.is_abandoned = True

    def _main(self) -> None:
        try:
            self.ident = thread_ident()
            self.native_id = native_thread_id()
            name_this_thread("ispyd-command")
            while not self.is_abandoned:
                try:
                    self._serve()
                except CommandInterrupted:
                    # It came after the work had ended.
                    self._settle()
        except BaseException:
            # At the interpreter's end anything may be gone.
            pass
        finally:
            self.has_ended = True

    def _serve(self) -> None:
        if self._job is None:
            self._wake.acquire()
        job = self._job
        if job is None or job.done:
            self._job = None
            return
        _load_interrupter()
        _run(job)
        self._settle()

    def _settle(self) -> None:
        job, self._job = self._job, None
        if _raise_in_thread is not None:
            # One that was raised and not delivered yet must not meet the next job.
            _raise_in_thread(self.ident, None)
        _leave_threading(self.ident)
        if job is not None:
            if job.result == b"" and job.error is None:
                job.error = _stopped(job)
            job.work = job.context = None
            job.done = True


def _load_interrupter() -> None:
    """Here, because it imports: the control thread must not."""
    global _raise_in_thread
    if _raise_in_thread is not None:
        return
    try:
        import ctypes
    except ImportError:
        return
    function = ctypes.pythonapi.PyThreadState_SetAsyncExc

    def raise_in_thread(ident: int, exception: Any) -> None:
        # The exception is a borrowed reference, NULL takes back one that is pending (c-api/init.html).
        function(ctypes.c_ulong(ident), ctypes.py_object(exception) if exception is not None else None)

    _raise_in_thread = raise_in_thread


def _run(job: Job) -> None:
    before = thread_time()
    try:
        assert job.work is not None
        job.result = job.work(job)
    except CommandInterrupted:
        job.error = _stopped(job)
    except ProtocolError as error:
        job.error = _without_traces(error)
    except BaseException as error:
        job.error = _failed(job, error)
    finally:
        job.cpu_seconds = thread_time() - before
        if job.error is not None and job.began_at > 0:
            job.error.target = "unknown" if job.error.code in ("timed-out", "interrupted", "plugin-failed") else "untouched"


def _without_traces(error: ProtocolError) -> ProtocolError:
    """Tracebacks hold frames, and those hold the application's objects."""
    return ProtocolError(error.code, error.message, error.hint, error.number, None, error.more)


def _stopped(job: Job) -> ProtocolError:
    if job.stop_code == "interrupted":
        return ProtocolError("interrupted", "%s was interrupted" % job.command)
    return ProtocolError("timed-out", "%s was interrupted after its %g s" % (job.command, job.duration_seconds), "give it more time, or ask for less")


def _failed(job: Job, error: BaseException) -> ProtocolError:
    """An exception's own text only where it is one of plain strings: str() of a foreign class is foreign code."""
    if type(error) in (CommandFailed, InvalidArgument) and isinstance(error, CommandFailed):
        code = "argument-invalid" if type(error) is InvalidArgument else "plugin-failed"
        return ProtocolError(code, _redacted(error.message), _redacted(error.hint))
    traceback, line, file = error.__traceback__, 0, ""
    while traceback is not None:
        line, file = traceback.tb_lineno, traceback.tb_frame.f_code.co_filename
        traceback = traceback.tb_next
    name = type.__dict__["__name__"].__get__(type(error), type(type(error)))
    arguments = BaseException.__dict__["args"].__get__(error)
    words = ": " + _redacted(arguments[0]) if len(arguments) > 0 and type(arguments[0]) is str else ""
    message = "%s failed with %s at line %d of %s%s" % (job.command, name, line, file.rpartition("/")[2], words)
    return ProtocolError("plugin-failed", message, "" if job.plugin == "" else "the plugin %s has a defect, or does not fit this process" % job.plugin)


def _redacted(text: str) -> str:
    from ispyd.redaction.redactor import Redactor

    try:
        return Redactor(os.urandom(32)).cut(text, _TEXT_CHARACTERS).text
    except Exception:
        return "(its text could not be redacted)"


def _leave_threading(ident: int) -> None:
    """Whatever asked threading for the current thread left a dummy in its list, which the application would see. Popped without its lock: one operation."""
    threading = sys.modules.get("threading")
    active = getattr(threading, "_active", None)
    if type(active) is dict and type(active.get(ident)) is getattr(threading, "_DummyThread", None):
        active.pop(ident, None)
