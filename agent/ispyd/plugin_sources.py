"""Where plugins come from: the package's own, the entry points ispyd.plugins, and the paths that the owner names in ISPYD_PLUGINS.

Runs in the command thread: it imports modules of the application's environment.
"""

import importlib
import importlib.machinery
import importlib.metadata
import importlib.util
import os
import pkgutil
import sys
from types import ModuleType
from typing import Any, Callable, List, NamedTuple, Tuple

import ispyd.plugins

_GROUP = "ispyd.plugins"
_MOST_FILES = 200


class Source(NamedTuple):
    """`load` imports the module and may raise anything; `name` is the plugin's unless the module says otherwise."""

    name: str
    built_in: bool
    load: Callable[[], ModuleType]


def built_in_names() -> List[str]:
    return sorted(name for _, name, is_package in pkgutil.iter_modules(ispyd.plugins.__path__) if not is_package and not name.startswith("_"))


def built_in(name: str) -> Source:
    return Source(name.replace("_", "-"), True, lambda: importlib.import_module("ispyd.plugins." + name))


def third_party() -> List[Source]:
    """Those of the entry points first, then the files in the order in which the owner named them."""
    return _entry_points() + [_file(path) for path in _files(os.environ.get("ISPYD_PLUGINS", ""))]


def _entry_points() -> List[Source]:
    found: Any = importlib.metadata.entry_points()
    # Since 3.10 a selection, before that a dict.
    points: Tuple[Any, ...] = tuple(found.select(group=_GROUP) if hasattr(found, "select") else found.get(_GROUP, ()))
    return [Source(str(point.name), False, point.load) for point in points[:_MOST_FILES]]


def _files(paths: str) -> List[str]:
    files: List[str] = []
    for path in paths.split(os.pathsep):
        if path.endswith(".py"):
            files.append(path)
        elif path != "":
            files += _files_in(path)
    return files[:_MOST_FILES]


def _files_in(directory: str) -> List[str]:
    try:
        names = sorted(os.listdir(directory))
    except OSError:
        return []
    return [os.path.join(directory, name) for name in names if name.endswith(".py") and not name.startswith("_")]


def _file(path: str) -> Source:
    name = os.path.basename(path)[: -len(".py")]

    def load() -> ModuleType:
        loader = importlib.machinery.SourceFileLoader("ispyd_plugin_" + name, path)
        spec = importlib.util.spec_from_file_location(loader.name, path, loader=loader)
        if spec is None:
            raise ImportError("%s is no Python file" % path)
        module = importlib.util.module_from_spec(spec)
        # Where inspect and typing look for a function's module.
        sys.modules[loader.name] = module
        try:
            # No bytecode is written beside the owner's file.
            exec(loader.source_to_code(loader.get_data(path), path), module.__dict__)
        except BaseException:
            sys.modules.pop(loader.name, None)
            raise
        return module

    return Source(name.replace("_", "-"), False, load)
