"""One call, in the command thread: find the command, hold the ceiling, check the arguments, run it, and let its result out.

Answers the JSON of a call's result; raises ProtocolError.
"""

from typing import Any, Dict, cast

from ispyd.admission import admit
from ispyd.call_request import CallRequest, Plugins, demand_level, disabled_error, highest
from ispyd.catalogue import Catalogue, Command
from ispyd.ceiling import Ceiling
from ispyd.command_thread import Job
from ispyd.messages import ProtocolError, encode
from ispyd.parameters import arguments_of, level_of_params
from ispyd.plugin import Context
from ispyd.primitives import monotonic, thread_time
from ispyd.redaction.redactor import Redactor
from ispyd.service_key import answer_key


def catalogue_of(plugins: Plugins) -> Catalogue:
    if plugins.catalogue is None:
        plugins.catalogue = Catalogue(plugins)
    return cast(Catalogue, plugins.catalogue)


def perform(job: Job, request: CallRequest, plugins: Plugins, ceiling: Ceiling) -> bytes:
    began, cpu_before = monotonic(), thread_time()
    plugin_name = request.command.partition(" ")[0]
    job.plugin = plugin_name
    plugin = catalogue_of(plugins).plugin(plugin_name)
    if plugin_name in plugins.disabled:
        raise disabled_error(plugin_name, plugins.disabled[plugin_name])
    command = None if plugin is None else plugin.commands.get(request.command)
    if plugin is not None and plugin.document["state"] == "broken":
        raise ProtocolError("plugin-failed", "the plugin %s can't be loaded: %s" % (plugin_name, plugin.document["why"]))
    if command is None:
        raise ProtocolError("command-unknown", "this process has no command %s" % request.command, "its catalogue lists those that it has")
    demand_level(ceiling, highest([request.level, command.declaration.level] + level_of_params(command.parameters, request.params)))
    arguments = arguments_of(command.parameters, request.params)
    redactor = Redactor(answer_key(request.answer))
    context = Context(redactor, job.deadline, request.agent, request.size_bytes)
    job.context = context
    result = _invoke(command, context, arguments)
    admitted = admit(result, context, redactor, request.size_bytes, command.declaration.shape)
    del result
    rest = {
        "redactions": redactor.totals(),
        "cut": admitted.cut,
        "durationMs": round((monotonic() - began) * 1_000, 3),
        "cpuMs": round((thread_time() - cpu_before) * 1_000, 3),
    }
    return b'{"value":' + admitted.value + b"," + encode(rest)[1:]


def _invoke(command: Command, context: Context, arguments: Dict[str, Any]) -> Any:
    return command.function(context, **arguments) if command.takes_context else command.function(**arguments)
