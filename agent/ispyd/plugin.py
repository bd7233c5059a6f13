"""What an author of a plugin imports: `command` declares a function as a command, `Context` is what a running command is given.

    from ispyd.plugin import Context, command

    @command(shape="value")
    def cwd() -> str:
        "Current working directory"
        return os.getcwd()

docs/plugins.md is the tutorial; catalogue.py turns declarations into entries.
"""

from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple, TypeVar, Union

from ispyd.primitives import monotonic

SHAPES = ("value", "record", "table", "stacks", "events", "text")
LEVELS = ("inspect", "capture", "change", "console")
_MOST_CUTS = 100
_MOST_VALUE_BYTES = 262_144
_LABEL_CHARACTERS = 200

Function = TypeVar("Function", bound=Callable[..., Any])
Column = Union[str, Mapping[str, str]]


class CommandInterrupted(BaseException):
    """The command's time is up, or its client left. Let it pass: a command that goes on is abandoned and its plugin disabled."""


class CommandFailed(Exception):
    """Raised by a command that can't answer, with words for whoever asked."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InvalidArgument(CommandFailed):
    """A parameter's value is of no use to the command."""


class DeclarationError(TypeError):
    """What can't be a plugin or a command, in words for its author; the plugin is then broken with this reason."""


class Declaration(NamedTuple):
    """What `command` was told, kept on the function."""

    function: Callable[..., Any]
    name: str
    shape: str
    level: str
    columns: Sequence[Column]
    examples: Sequence[Tuple[str, str]]
    duration_ms: Optional[float]
    size_bytes: Optional[int]
    parameters: Mapping[str, Mapping[str, Any]]


_DECLARATION = "__ispyd_command__"


def command(
    shape: str = "value",
    level: str = "inspect",
    name: str = "",
    columns: Sequence[Column] = (),
    examples: Sequence[Tuple[str, str]] = (),
    duration_ms: Optional[float] = None,
    size_bytes: Optional[int] = None,
    parameters: Optional[Mapping[str, Mapping[str, Any]]] = None,
) -> Callable[[Function], Function]:
    """Declares the function as a command of its module's plugin.

    `shape`: value, record, table, stacks, events or text; a table names its `columns` (a name, or {"name","title","align"}).
    `level`: what it believes to be; the operator's settings decide. `examples`: pairs of a command line and what it does.
    `parameters`: more JSON Schema for a parameter, such as {"limit": {"minimum": 1, "maximum": 1000}}.
    Raises DeclarationError for what can't be a command, which makes the plugin broken with that reason.
    """
    if shape not in SHAPES:
        raise DeclarationError("shape is one of %s" % ", ".join(SHAPES))
    if level not in LEVELS:
        raise DeclarationError("level is one of %s" % ", ".join(LEVELS))
    if shape == "table" and not columns:
        raise DeclarationError("a table names its columns")

    def declare(function: Function) -> Function:
        shown = name or function.__name__.strip("_").replace("_", "-")
        declaration = Declaration(function, shown, shape, level, columns, examples, duration_ms, size_bytes, parameters or {})
        setattr(function, _DECLARATION, declaration)
        return function

    return declare


def declaration_of(found: Any) -> Optional[Declaration]:
    """The declaration of a plain function; objects that answer to any attribute are none."""
    if type(found) is not type(declaration_of):
        return None
    declaration = found.__dict__.get(_DECLARATION)
    return declaration if type(declaration) is Declaration else None


class SerialisedValue(Dict[str, Any]):
    """A value of the application as the serialiser made it: redacted, bounded, and not walked again."""


class Context:
    """A running command's view of the agent. Made by the command thread for one call, and gone with it."""

    def __init__(self, redactor: Any, deadline: float, agent: Mapping[str, Any], size_bytes: int) -> None:
        self._redactor = redactor
        self._deadline = deadline
        self._size_bytes = size_bytes
        self._serialiser: Any = None
        self.cuts: List[Dict[str, Any]] = []
        self.last_progress: Optional[Tuple[float, float, str]] = None
        # Facts about the agent: pid, startTicks, threads, startedMs.
        self.agent = agent

    def value(self, obj: Any, name: str = "") -> SerialisedValue:
        """Any object as a Value, by no code of its own; `name` is what it is called, for what a name hides. Level capture."""
        if self._serialiser is None:
            # Most commands never capture a value.
            from ispyd.values.serialise import Limits, Serialiser

            limits = Limits(size_bytes=min(self._size_bytes, _MOST_VALUE_BYTES))
            self._serialiser = Serialiser(self._redactor, limits, self.check)
        return SerialisedValue(self._serialiser.value(obj, name))

    def text(self, text: str) -> str:
        """The text without its secrets. What a command returns passes this anyway; it's for texts that are cut or joined before."""
        return str(self._redactor.text(text))

    def named(self, name: str, text: str) -> str:
        """As `text`, and hidden as a whole where the name says so."""
        return str(self._redactor.named(name, text))

    def hides(self, name: str) -> bool:
        """Whether a value of this name is hidden, whatever it is."""
        return self._redactor.hides_name(name) is not None

    def fingerprint(self, text: str) -> str:
        """8 hexadecimal digits that equal texts of one answer share, among workers of one forking master too; the text can't be told from them."""
        return str(self._redactor.fingerprint(text))

    def arguments(self, argv: Sequence[str]) -> List[str]:
        """A command line without its secrets: what stands after --password is one."""
        return list(self._redactor.arguments(argv))

    def check(self) -> None:
        """Raises CommandInterrupted where the time is up; to be called in loops."""
        if monotonic() > self._deadline:
            raise CommandInterrupted

    @property
    def remaining_seconds(self) -> float:
        """Until the time is up."""
        return max(0.0, self._deadline - monotonic())

    def cut(self, what: str, shown: int, of: int) -> None:
        """Says that of `of` things only `shown` are in the answer."""
        if len(self.cuts) < _MOST_CUTS and shown < of:
            self.cuts.append({"what": what, "shown": shown, "of": of})

    def progress(self, done: float, total: float, label: str = "") -> None:
        """Tells whoever waits; the latest one counts."""
        self.last_progress = (done, total, self.text(label[:_LABEL_CHARACTERS]))
