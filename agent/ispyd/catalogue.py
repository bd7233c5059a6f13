"""The plugins of this process and their commands: from modules to the entries of docs/protocol.md.

Belongs to the command thread, which loads a plugin when it is first asked for; the control thread reads only what stands ready in `Plugins`.
"""

import hashlib
import importlib.machinery
import re
from types import ModuleType
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from ispyd import plugin_sources
from ispyd.call_request import Plugins
from ispyd.messages import encode
from ispyd.parameters import Parameter, parameters_of, takes_context
from ispyd.plugin import Declaration, DeclarationError, declaration_of
from ispyd.plugin_sources import Source

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*\Z")
_LINE_CHARACTERS = 300
_DESCRIPTION_CHARACTERS = 4_000
_MOST_PLUGINS = 200
_MOST_COMMANDS = 200


class Command(NamedTuple):
    function: Callable[..., Any]
    takes_context: bool
    parameters: List[Parameter]
    declaration: Declaration
    entry: Dict[str, Any]


class Plugin(NamedTuple):
    name: str
    commands: Dict[str, Command]
    document: Dict[str, Any]


class Catalogue:
    """Tells `state` what it has; a plugin that is disabled there is listed and refused."""

    def __init__(self, state: Plugins) -> None:
        self._plugins: Dict[str, Plugin] = {}
        self._all_loaded = False
        self._sources: Optional[List[Source]] = None
        self._state = state
        self._disabled = state.disabled

    def plugin(self, name: str) -> Optional[Plugin]:
        """Loads no more than it must: a built-in one alone, for any other name all."""
        module = name.replace("-", "_")
        if name not in self._plugins and module in plugin_sources.built_in_names():
            self._load(plugin_sources.built_in(module))
        if name not in self._plugins:
            self._load_all()
        return self._plugins.get(name)

    def document(self) -> bytes:
        """The answer to `catalogue`, loading everything."""
        self._load_all()
        plugins = [self._with_state(plugin) for plugin in self._plugins.values()]
        state = self._state
        state.hash = hashlib.sha256(encode(plugins)).hexdigest()
        document = encode({"hash": state.hash, "plugins": plugins})
        state.document, state.disabled_then = document, len(self._disabled)
        return document

    def _with_state(self, plugin: Plugin) -> Dict[str, Any]:
        why = self._disabled.get(plugin.name)
        return plugin.document if why is None else dict(plugin.document, state="disabled", why=why)

    def _load_all(self) -> None:
        if self._all_loaded:
            return
        for name in plugin_sources.built_in_names():
            if name.replace("_", "-") not in self._plugins:
                self._load(plugin_sources.built_in(name))
        if self._sources is None:
            self._sources = plugin_sources.third_party()
        # Taken off one by one: a load that was interrupted goes on where it stopped, and tries the last one again.
        while self._sources:
            self._load(self._sources[0])
            del self._sources[0]
        self._all_loaded = True

    def _load(self, source: Source) -> None:
        if source.name in self._disabled and source.name not in self._plugins:
            self._add(_broken(source, source.name, self._disabled[source.name], "", ""))
            return
        self._state.loading = source.name
        try:
            self._add(_plugin_of(source, source.load()))
        except Exception as error:
            self._add(_broken(source, source.name, _reason(error), "", ""))
        except (SystemExit, KeyboardInterrupt, GeneratorExit) as error:
            self._add(_broken(source, source.name, _reason(error), "", ""))
        finally:
            self._state.loading = ""

    def _add(self, plugin: Plugin) -> None:
        known = self._plugins.get(plugin.name)
        if known is not None:
            # The first one keeps the name; the other shows under one that no command can have.
            why = "the name %s is taken by %s" % (plugin.name, known.document["file"] or "a built-in plugin")
            plugin = Plugin("%s:%d" % (plugin.name, len(self._plugins)), {}, dict(plugin.document, state="broken", why=why, commands=[]))
        if len(self._plugins) < _MOST_PLUGINS:
            self._plugins[plugin.name] = plugin


def _reason(error: BaseException) -> str:
    """Type and line; the text of an exception may hold anything."""
    traceback, line, file = error.__traceback__, 0, ""
    while traceback is not None:
        line, file = traceback.tb_lineno, traceback.tb_frame.f_code.co_filename
        traceback = traceback.tb_next
    if isinstance(error, SyntaxError):
        line, file = error.lineno or line, error.filename or file
    name = type.__dict__["__name__"].__get__(type(error), type(type(error)))
    words = ": %s" % error if type(error) is DeclarationError else ""
    return ("%s at line %d of %s%s" % (name, line, file.rpartition("/")[2], words))[:500]


def _broken(source: Source, name: str, why: str, file: str, sha256: str) -> Plugin:
    document = {"name": name, "summary": "", "file": file, "sha256": sha256, "builtIn": source.built_in}
    return Plugin(name, {}, dict(document, state="broken", why=why, commands=[]))


def _plugin_of(source: Source, module: ModuleType) -> Plugin:
    name = module.__dict__.get("PLUGIN", source.name)
    if type(name) is not str or _NAME.match(name) is None:
        raise DeclarationError("a plugin's name is lower-case words joined by hyphens")
    file, sha256 = _file_of(module)
    commands: Dict[str, Command] = {}
    for found in tuple(module.__dict__.values())[:10_000]:
        declaration = declaration_of(found)
        # One that was imported from elsewhere is another plugin's.
        if declaration is None or found.__module__ != module.__name__:
            continue
        command = _command_of(name, declaration)
        commands[command.entry["name"]] = command
    if len(commands) > _MOST_COMMANDS:
        raise DeclarationError("more than %d commands" % _MOST_COMMANDS)
    entries = [command.entry for command in commands.values()]
    document = {"name": name, "summary": _doc(module)[0], "file": file, "sha256": sha256, "builtIn": source.built_in}
    return Plugin(name, commands, dict(document, state="ready", why="", commands=entries))


def _file_of(module: ModuleType) -> Tuple[str, str]:
    """The file and the hash of its source: of what the loader has, which may lie in a zip."""
    file = module.__dict__.get("__file__")
    loader = module.__dict__.get("__loader__")
    if type(file) is not str:
        return "", ""
    source = file[:-1] if file.endswith(".pyc") else file
    get_data = getattr(loader, "get_data", None) or importlib.machinery.SourceFileLoader("", source).get_data
    try:
        data = get_data(source)
    except OSError:
        return source, ""
    return source, hashlib.sha256(data).hexdigest()


def _command_of(plugin: str, declaration: Declaration) -> Command:
    function = declaration.function
    if _NAME.match(declaration.name) is None:
        raise DeclarationError("a command's name is lower-case words joined by hyphens")
    summary, description, texts = _doc(function)
    if summary == "":
        raise DeclarationError("%s needs a docstring, whose first line is its summary" % declaration.name)
    parameters = parameters_of(function, texts, declaration.parameters)
    limits = {"durationMs": declaration.duration_ms, "sizeBytes": declaration.size_bytes}
    entry: Dict[str, Any] = {
        "name": "%s %s" % (plugin, declaration.name),
        "summary": summary,
        "description": description,
        "level": declaration.level,
        "shape": declaration.shape,
        "columns": [{"name": one} if isinstance(one, str) else dict(one) for one in declaration.columns],
        "params": {
            "type": "object",
            "properties": {one.name: one.schema for one in parameters},
            "required": [one.name for one in parameters if one.required],
        },
        "examples": [{"command": line, "says": says} for line, says in declaration.examples],
        "limits": {name: limit for name, limit in limits.items() if limit is not None},
    }
    return Command(function, takes_context(function), parameters, declaration, entry)


def _doc(found: Any) -> Tuple[str, str, Dict[str, str]]:
    """First line, the rest, and the texts of "name: text" below "Parameters:"."""
    text = found.__doc__ if type(found.__doc__) is str else ""
    lines = [line.strip() for line in text.strip().splitlines()]
    summary = lines[0][:_LINE_CHARACTERS] if lines else ""
    rest, parameters, in_parameters = [], {}, False
    for line in lines[1:]:
        if line == "Parameters:":
            in_parameters = True
        elif in_parameters and line == "":
            in_parameters = False
        elif in_parameters and ":" in line:
            name, _, words = line.partition(":")
            parameters[name.strip()] = words.strip()[:_LINE_CHARACTERS]
        else:
            rest.append(line)
    return summary, "\n".join(rest).strip()[:_DESCRIPTION_CHARACTERS], parameters
