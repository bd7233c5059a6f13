"""Loaded modules, their files, and their versions: what the module says itself, else the distribution that lies beside its file."""

import os
import re
import sys
from fnmatch import fnmatchcase
from typing import Any, Dict, List, Tuple

from ispyd.plugin import Context
from ispyd.python_facts.borrowed import Borrowed, text

_MOST_DIRECTORY_ENTRIES = 20_000
_METADATA = re.compile(r"(.+?)-([^-]+)(?:-py[\d.]+)?\.(?:dist-info|egg-info)\Z")
_SEPARATORS = re.compile(r"[-_.]+")


def module_rows(borrowed: Borrowed, context: Context, pattern: str, limit: int) -> List[Dict[str, str]]:
    modules = borrowed.entries(sys.modules)
    names = sorted(name for name in modules if fnmatchcase(name, pattern))
    context.cut("modules", min(limit, len(names)), len(names))
    on_disk = _OnDisk()
    rows: List[Dict[str, str]] = []
    for name in names[:limit]:
        context.check()
        own = borrowed.names(modules[name])
        file = text(own.get("__file__"))
        version, source = _version(name, own, file, on_disk)
        rows.append({"name": name, "version": version, "versionFrom": source, "file": file})
    return rows


def _version(name: str, own: Dict[str, Any], file: str, on_disk: "_OnDisk") -> Tuple[str, str]:
    for key in ("__version__", "VERSION", "version"):
        found = text(own.get(key))[:100]
        if found[:1].isdigit():
            return found, "module"
    # A part of a package has no version of its own.
    found = "" if "." in name or file == "" else on_disk.version(name, file)
    return found, "" if found == "" else "disk"


class _OnDisk:
    """Versions in the names of the metadata directories beside modules. Each directory is listed once for an answer, no file is opened."""

    def __init__(self) -> None:
        self._directories: Dict[str, Dict[str, str]] = {}

    def version(self, name: str, file: str) -> str:
        directory = os.path.dirname(file)
        if os.path.basename(file).startswith("__init__."):
            directory = os.path.dirname(directory)
        # The standard library has no distributions; its directory is large.
        if not directory.endswith(("site-packages", "dist-packages")):
            return ""
        if directory not in self._directories:
            self._directories[directory] = _versions_in(directory)
        return self._directories[directory].get(_normalised(name), "")


def _versions_in(directory: str) -> Dict[str, str]:
    try:
        entries = os.listdir(directory)[:_MOST_DIRECTORY_ENTRIES]
    except OSError:
        return {}
    matches = [_METADATA.match(entry) for entry in entries]
    return {_normalised(match.group(1)): match.group(2) for match in matches if match is not None}


def _normalised(name: str) -> str:
    """As the packaging specifications compare names of distributions."""
    return _SEPARATORS.sub("-", name).lower()
