"""What each method of docs/protocol.md does, in the control thread: answered here, or made a job for the command thread."""

from typing import TYPE_CHECKING, Any, Dict, Optional, Tuple

from ispyd import budget
from ispyd.call_request import CallRequest, demand_level, disabled_error
from ispyd.command_thread import Job
from ispyd.connection import Connection
from ispyd.hello import hello
from ispyd.messages import INVALID_PARAMS, METHOD_NOT_FOUND, ProtocolError, Request, encode, error_line, progress_line, result_line
from ispyd.primitives import monotonic
from ispyd.version import PROTOCOL_VERSION

if TYPE_CHECKING:
    from ispyd.control import Control

_PROGRESS_SECONDS = 0.1
_NAME_CHARACTERS = 100


class Answering:
    def __init__(self, control: "Control") -> None:
        self._control = control
        self.cpu = budget.CpuBudget()
        self._methods = {"hello": self._hello, "ping": self._ping, "catalogue": self._catalogue, "call": self._call, "cancel": self._cancel}
        self._last_progress: Tuple[float, Any] = (0.0, None)

    def answer(self, connection: Connection, request: Request) -> None:
        try:
            method = self._methods.get(request.method)
            if method is None:
                raise ProtocolError("protocol", "there is no method %s" % request.method[:_NAME_CHARACTERS], number=METHOD_NOT_FOUND)
            if not connection.said_hello and request.method != "hello":
                raise ProtocolError("protocol", "say hello first")
            result = method(connection, request)
        except ProtocolError as error:
            if request.wants_answer:
                connection.send(error_line(error, request.id))
            return
        if result is not None and request.wants_answer:
            connection.send(result_line(request.id, result))

    def client_left(self, connection: Connection) -> None:
        job, connection.job = connection.job, None
        if job is not None:
            self._control.calls.cancel(job)

    def send_progress(self, connection: Connection) -> None:
        """The latest word of the running command, to the client that waits for it; not more than ten times a second."""
        job = connection.job
        context = None if job is None else job.context
        now = monotonic()
        said = None if context is None else context.last_progress
        if said is None or said is self._last_progress[1] or now < self._last_progress[0] + _PROGRESS_SECONDS:
            return
        self._last_progress = (now, said)
        connection.send(progress_line(connection.job_id, *said))

    def _hello(self, connection: Connection, request: Request) -> bytes:
        spoken = request.params.get("protocol")
        if type(spoken) is not list or PROTOCOL_VERSION not in spoken:
            raise ProtocolError("protocol", "this agent speaks protocol %d" % PROTOCOL_VERSION, "use the ispyd of its version")
        connection.said_hello = True
        control = self._control
        return encode(hello(control.ceiling, control.started_ms, control.threads(), control.plugins.disabled, control.plugins.hash, control.calls.busy()))

    def _ping(self, _: Connection, __: Request) -> bytes:
        return b"{}"

    def _catalogue(self, connection: Connection, request: Request) -> Optional[bytes]:
        """From memory where it is known; a plugin that was disabled since changes it."""
        plugins = self._control.plugins
        if plugins.document is not None and plugins.disabled_then == len(plugins.disabled):
            return plugins.document

        def work(_: Job) -> bytes:
            from ispyd.command_call import catalogue_of

            return catalogue_of(plugins).document()

        self._enqueue(connection, request, Job("the catalogue", "", budget.DURATION_MS / 1_000, work))
        return None

    def _call(self, connection: Connection, request: Request) -> None:
        call, duration_ms = self._call_request(request.params)
        demand_level(self._control.ceiling, call.level)
        plugin = call.command.partition(" ")[0]
        plugins, ceiling = self._control.plugins, self._control.ceiling
        if plugin in plugins.disabled:
            raise disabled_error(plugin, plugins.disabled[plugin])
        self._hold_budget(connection, call.command, request.params.get("repeated") is True)

        def work(job: Job) -> bytes:
            # In the command thread: it loads much.
            from ispyd.command_call import perform

            return perform(job, call, plugins, ceiling)

        self._enqueue(connection, request, Job(call.command, plugin, duration_ms / 1_000, work))

    def _call_request(self, params: Dict[str, Any]) -> Tuple[CallRequest, float]:
        command, given, level = params.get("command"), params.get("params", {}), params.get("level")
        if type(command) is not str or type(given) is not dict or type(level) is not str or len(command) > _NAME_CHARACTERS:
            raise ProtocolError("argument-invalid", "a call has a command and a level, strings, and params, an object", number=INVALID_PARAMS)
        duration_ms = _limit(params, "durationMs", budget.DURATION_MS, budget.MOST_DURATION_MS)
        size_bytes = int(_limit(params, "sizeBytes", budget.SIZE_BYTES, budget.MOST_SIZE_BYTES))
        control = self._control
        agent = {"pid": control.pid, "threads": control.threads(), "startedMs": control.started_ms}
        answer = params.get("answer", "")
        if type(answer) is not str or len(answer) > _NAME_CHARACTERS:
            raise ProtocolError("argument-invalid", "answer is a string of at most %d characters" % _NAME_CHARACTERS, number=INVALID_PARAMS)
        return CallRequest(command, given, level, size_bytes, agent, answer), duration_ms

    def _hold_budget(self, connection: Connection, command: str, is_repeated: bool) -> None:
        is_stream = connection.repetition.is_stream(command) or is_repeated
        used = self.cpu.used_percent()
        if not is_stream or used <= self.cpu.percent:
            return
        message = "the agent used %.1f %% of one core over the last 10 s; commands that are repeated may use %g %%" % (used, self.cpu.percent)
        raise ProtocolError("busy", message, "ask less often", more={"retryAfterMs": round(self.cpu.wait_ms())})

    def _enqueue(self, connection: Connection, request: Request, job: Job) -> None:
        if connection.job is not None:
            raise ProtocolError("busy", "this connection waits for another call", "one call at a time, or another connection")

        def deliver(done: Job) -> None:
            self.cpu.spend(done.cpu_seconds)
            connection.job = None
            if request.wants_answer:
                connection.send(result_line(request.id, done.result) if done.error is None else error_line(done.error, request.id))

        self._control.calls.add(job, deliver)
        connection.job, connection.job_id = job, request.id

    def _cancel(self, connection: Connection, request: Request) -> Optional[bytes]:
        if connection.job is not None and type(request.params.get("id")) is type(connection.job_id) and request.params["id"] == connection.job_id:
            self._control.calls.cancel(connection.job)
        return b"{}"


def _limit(params: Dict[str, Any], name: str, default: float, most: float) -> float:
    """A number above zero; more than the most counts as the most."""
    given = params.get(name, default)
    if type(given) not in (int, float) or not given > 0:
        raise ProtocolError("argument-invalid", "%s is a number above 0" % name, number=INVALID_PARAMS)
    return float(min(given, most))
