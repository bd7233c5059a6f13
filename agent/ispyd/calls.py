"""The control thread's side of commands: a bounded queue, the command thread that serves it, and what happens where one does not end.

A command over its time is interrupted once; one that does not end then is left with its thread, and its plugin is disabled.
"""

import os
import sys
from typing import Any, Callable, Dict, List, Optional

from ispyd.call_request import Plugins
from ispyd.command_thread import CommandThread, Job
from ispyd.messages import ProtocolError
from ispyd.primitives import monotonic

MOST_WAITING = 32
# A command that does not come back this long after it was interrupted is abandoned.
GRACE_SECONDS = 1.0
# The same in the middle of an import or of another place where it is not interrupted: loading plugins on a busy machine takes a while.
LOCKED_GRACE_SECONDS = 3.0
# Threads that stand in commands which never end: each costs a stack, and more of them would say nothing new.
_MOST_ABANDONED = 4
_SHORTEST_LOOK_SECONDS = 0.001
_LONGEST_LOOK_SECONDS = 0.02
_FRAMES_SHOWN = 3
_PACKAGE = os.path.dirname(__file__) + "/"
_MOST_DISABLED = 1_000
_MOST_FRAMES = 500
_LOCKING_FILES = ("importlib._bootstrap>", "importlib._bootstrap_external>", "/logging/__init__.py", "/threading.py", "/queue.py")

Deliver = Callable[[Job], None]


class _Waiting:
    def __init__(self, job: Job, deliver: Deliver) -> None:
        self.job = job
        self.deliver = deliver
        self.latest_start = monotonic() + job.duration_seconds


class Calls:
    def __init__(self, plugins: Plugins) -> None:
        self._plugins = plugins
        self._waiting: List[_Waiting] = []
        self._running: Optional[_Waiting] = None
        self._thread: Optional[CommandThread] = None
        self._abandoned: List[CommandThread] = []

    def threads(self) -> List[int]:
        """Native ids of command threads, those that were left included."""
        self._abandoned = [thread for thread in self._abandoned if not thread.has_ended]
        alive = self._abandoned + ([self._thread] if self._thread is not None else [])
        return [thread.native_id for thread in alive if thread.native_id != 0]

    def idents(self) -> List[int]:
        """Of the same threads, as Python numbers them."""
        return [thread.ident for thread in self._abandoned + ([self._thread] if self._thread is not None else [])]

    def busy(self) -> Dict[str, Any]:
        """What the command thread does now; empty where it does nothing."""
        if self._running is None:
            return {}
        job = self._running.job
        return {"command": job.command, "forMs": round((monotonic() - job.began_at) * 1_000), "at": where_it_stands(self._thread)}

    def add(self, job: Job, deliver: Deliver) -> None:
        """`deliver` is called once, by `step` or here. Raises ProtocolError busy."""
        if len(self._waiting) >= MOST_WAITING:
            raise ProtocolError("busy", "%d commands wait already in this process" % MOST_WAITING, "try again")
        self._waiting.append(_Waiting(job, deliver))

    def cancel(self, job: Job) -> None:
        """Ends it: at once where it did not begin, else by interrupting it."""
        for waiting in self._waiting:
            if waiting.job is job:
                self._waiting.remove(waiting)
                job.error = ProtocolError("interrupted", "%s was interrupted before it began" % job.command)
                waiting.deliver(job)
                return
        if self._running is not None and self._running.job is job and job.stop_code == "":
            job.stop("interrupted")

    def step(self) -> Optional[float]:
        """Moves everything on; answers after how many seconds it wants to be called again, None where nothing is to be done."""
        self._watch_running()
        self._drop_late()
        self._start_next()
        if self._running is None:
            return None
        elapsed = monotonic() - self._running.job.began_at
        return min(max(elapsed / 4, _SHORTEST_LOOK_SECONDS), _LONGEST_LOOK_SECONDS)

    def running_job(self) -> Optional[Job]:
        return None if self._running is None else self._running.job

    def _watch_running(self) -> None:
        running, thread = self._running, self._thread
        if running is None or thread is None:
            return
        job, now = running.job, monotonic()
        if job.done:
            self._running = None
            running.deliver(job)
        elif thread.has_ended:
            self._thread = self._running = None
            job.error = ProtocolError("plugin-failed", "%s ended the thread that ran it" % job.command)
            running.deliver(job)
        elif job.stop_code == "" and now > job.deadline:
            job.stop("timed-out")
        elif job.stop_code != "":
            self._end(running, thread)

    def _end(self, running: _Waiting, thread: CommandThread) -> None:
        """Interrupts it when that harms nobody else, or leaves it when it has had its time for that."""
        job = running.job
        is_unsafe = not job.is_interrupted and holds_foreign_locks(thread)
        if monotonic() > job.stopped_at + (LOCKED_GRACE_SECONDS if is_unsafe else GRACE_SECONDS):
            self._abandon(running, thread)
        elif not job.is_interrupted and not is_unsafe:
            thread.interrupt(job)

    def _abandon(self, running: _Waiting, thread: CommandThread) -> None:
        job, place = running.job, where_it_stands(thread)
        thread.abandon()
        self._abandoned.append(thread)
        self._thread = self._running = None
        words = "%s did not end when it was interrupted after %.1f s" % (job.command, job.stopped_at - job.began_at)
        why = words + ("" if place == "" else ": it stands in " + place)
        # An import lock or a lock of logging that the application holds is no fault of the plugin, but its next call would hang the same way.
        # Where the client only left too early for it, the plugin did nothing wrong.
        culprit = "" if job.stop_code == "interrupted" else self._plugins.loading or job.plugin
        # The thread that was left may still be loading plugins into it.
        self._plugins.catalogue, self._plugins.loading = None, ""
        if culprit != "" and len(self._plugins.disabled) < _MOST_DISABLED:
            self._plugins.disabled[culprit] = why
        # Its own copy: the thread that was left may still write into the job.
        left = Job(job.command, job.plugin, job.duration_seconds, lambda _: b"")
        left.error = ProtocolError(job.stop_code, why, "" if culprit == "" else "the plugin %s is disabled in this process from now on" % culprit)
        left.error.target = "unknown"
        running.deliver(left)

    def _drop_late(self) -> None:
        now = monotonic()
        for waiting in [one for one in self._waiting if now > one.latest_start]:
            self._waiting.remove(waiting)
            running = self.running_job()
            ahead = "" if running is None else ": %s has been running for %.0f s" % (running.command, now - running.began_at)
            waiting.job.error = ProtocolError("busy", "%s was not begun within its time%s" % (waiting.job.command, ahead), "try again")
            waiting.deliver(waiting.job)

    def _start_next(self) -> None:
        while self._running is None and self._waiting:
            waiting = self._waiting.pop(0)
            try:
                thread = self._thread or self._new_thread()
            except ProtocolError as error:
                waiting.job.error = error
                waiting.deliver(waiting.job)
                continue
            self._thread, self._running = thread, waiting
            thread.give(waiting.job)

    def _new_thread(self) -> CommandThread:
        self.threads()
        if len(self._abandoned) >= _MOST_ABANDONED:
            place = where_it_stands(self._abandoned[-1])
            message = "%d commands in this process never ended; the last stands in %s" % (_MOST_ABANDONED, place)
            raise ProtocolError("busy", message, "ispyd why looks from outside")
        thread = CommandThread()
        try:
            thread.start()
        except RuntimeError:
            raise ProtocolError("busy", "this process can't start a thread", "it may be at its end, or at its limit of threads") from None
        return thread


def holds_foreign_locks(thread: CommandThread) -> bool:
    """Whether its stack passes through an import, logging or threading: an exception at the wrong instruction there would leave a lock of the
    application's held for ever. It is interrupted when it is out of them, or left."""
    frame = sys._current_frames().get(thread.ident)
    for _ in range(_MOST_FRAMES):
        if frame is None:
            return False
        if frame.f_code.co_filename.endswith(_LOCKING_FILES):
            return True
        frame = frame.f_back
    return True


def where_it_stands(thread: Optional[CommandThread]) -> str:
    """The innermost functions of a command thread, and what they mean where that is known. Reads code objects only."""
    if thread is None or thread.ident == 0:
        return ""
    frame = sys._current_frames().get(thread.ident)
    places: List[str] = []
    meaning = ""
    while frame is not None and len(places) < _FRAMES_SHOWN:
        code = frame.f_code
        if places and code.co_filename.startswith(_PACKAGE):
            break
        file = "/".join(code.co_filename.rsplit("/", 2)[-2:])
        places.append("%s (%s:%s)" % (code.co_name[:80], file[:160], frame.f_lineno))
        meaning = meaning or _meaning_of(code.co_filename, code.co_name)
        frame = frame.f_back
    del frame
    return _redacted(" < ".join(places)) + ("" if meaning == "" else ": " + meaning)


def _redacted(text: str) -> str:
    """Names and paths are the application's to choose. The redactor is loaded with the first command; before that only its own and importlib's show."""
    redactor = getattr(sys.modules.get("ispyd.redaction.redactor"), "Redactor", None)
    return text if redactor is None else str(redactor(os.urandom(32)).text(text))


def _meaning_of(file: str, function: str) -> str:
    if "importlib._bootstrap" in file and function in ("acquire", "__enter__", "_lock_unlock_module", "_find_and_load"):
        return "an import waits for, or holds, an import lock of the application"
    if file.endswith("logging/__init__.py") and function in ("acquire", "handle", "_acquireLock"):
        return "it waits for a lock of logging that the application holds"
    return ""
