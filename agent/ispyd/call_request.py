"""A call as both threads know it, and the rules that refuse one. The heavy half, which the command thread loads when it is first needed, is command_call.py."""

from typing import Any, Dict, List, Mapping, NamedTuple, Optional

from ispyd.ceiling import LEVELS, Ceiling
from ispyd.messages import INVALID_PARAMS, ProtocolError


class CallRequest(NamedTuple):
    command: str
    params: Mapping[str, Any]
    level: str
    size_bytes: int
    # Facts that a command may see.
    agent: Mapping[str, Any]
    # The client's word for the whole answer, the same for all workers; may be empty.
    answer: str = ""


class Plugins:
    """What the control thread must know of the plugins without loading them; the command thread fills it."""

    def __init__(self) -> None:
        # Plugin -> why. The control thread adds those that never ended.
        self.disabled: Dict[str, str] = {}
        # The catalogue's answer as JSON and its hash, once it was made, and how many plugins were disabled then.
        self.document: Optional[bytes] = None
        self.hash = ""
        self.disabled_then = 0
        # The plugin that is being imported, for whoever must say what never came to an end.
        self.loading = ""
        # The catalogue itself, which only the command thread uses.
        self.catalogue: Any = None


def highest(levels: List[str]) -> str:
    return max(levels, key=lambda level: LEVELS.index(level) if level in LEVELS else len(LEVELS))


def demand_level(ceiling: Ceiling, level: str) -> None:
    """Raises ProtocolError refused-by-ceiling."""
    if level not in LEVELS:
        raise ProtocolError("argument-invalid", "a level is one of %s" % ", ".join(LEVELS), number=INVALID_PARAMS)
    if not ceiling.allows(level):
        message = "this is of level %s, and this process allows at most %s (%s)" % (level, ceiling.level, ceiling.set_by)
        raise ProtocolError("refused-by-ceiling", message, "only the application's owner can raise the ceiling")


def disabled_error(plugin: str, why: str) -> ProtocolError:
    message = "the plugin %s is disabled in this process: %s" % (plugin, why)
    return ProtocolError("plugin-disabled", message, "it stays so until the process is restarted")
