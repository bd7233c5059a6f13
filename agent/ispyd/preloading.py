"""Under gevent and eventlet: everything that commands need is imported in the application's thread, before the application goes on.

There the locks of imports belong to greenlets (importlib takes them from _thread, which is patched). The application's greenlet that imports a module
which the command thread is just importing would wait for a native thread, of which its hub knows nothing: gevent then raises LoopExit in it.
"""

import importlib
from typing import Any

# What modules of ours import in functions, and what the standard library does when it is first asked.
_LATER = ("ctypes", "hmac", "importlib.metadata", "zipfile", "csv", "email.message", "email.parser", "datetime", "encodings.idna")
_OURS = ("ispyd.command_call", "ispyd.values.serialise", "ispyd.redaction.redactor")


def preload_commands(_module: Any = None) -> None:
    """A plugin that can't be imported here says so when it is asked for."""
    from ispyd import plugin_sources

    for name in _LATER + _OURS + tuple("ispyd.plugins." + name for name in plugin_sources.built_in_names()):
        try:
            importlib.import_module(name)
        except (ImportError, AttributeError, OSError, SyntaxError, TypeError, ValueError):
            pass
