"""Wraps what servers and frameworks have as soon as they are imported, and imports none of them: a finder on sys.meta_path that knows a few names.

Every other import passes it untouched, and so does one of those names where anything is unusual. It takes itself away when all were seen.
"""

import sys
from typing import Any, Callable, Dict, Optional

from ispyd.preloading import preload_commands
from ispyd.recording import frameworks, servers

_WRAPPERS: Dict[str, Callable[[Any], None]] = {
    "flask.app": frameworks.wrap_flask,
    "django.core.handlers.base": frameworks.wrap_django_routing,
    "django.core.handlers.wsgi": frameworks.wrap_django_wsgi,
    "django.core.handlers.asgi": frameworks.wrap_django_asgi,
    "starlette.applications": frameworks.wrap_starlette,
    "fastapi.applications": frameworks.wrap_fastapi,
    "gunicorn.workers.base": servers.wrap_gunicorn,
    "gunicorn.workers.gasgi": servers.wrap_gunicorn_asgi,
    "uvicorn.config": servers.wrap_uvicorn,
    "hypercorn.app_wrappers": servers.wrap_hypercorn,
    "wsgiref.simple_server": servers.wrap_wsgiref,
    "werkzeug.serving": servers.wrap_werkzeug,
    "gevent.pywsgi": servers.wrap_gevent,
    # Nothing is wrapped there.
    "gevent.monkey": preload_commands,
    "eventlet.patcher": preload_commands,
}


class ImportWatch:
    """A meta path finder (importlib.abc.MetaPathFinder, which is not imported for it)."""

    def __init__(self) -> None:
        self._waiting = dict(_WRAPPERS)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """What the others find, with our loader around theirs; None for all other names, so that the import goes on as if this were not there."""
        wrap = self._waiting.get(name)
        if wrap is None:
            return None
        spec = self._found_by_others(name, path, target)
        loader = getattr(spec, "loader", None)
        # Loaders of before Python 3.4 have no exec_module, and nobody's have one that is not to be called.
        if spec is not None and hasattr(loader, "exec_module") and hasattr(loader, "create_module"):
            spec.loader = _WrappingLoader(loader, lambda module: self._wrap(name, wrap, module))
        return spec

    def _found_by_others(self, name: str, path: Any, target: Any) -> Any:
        """What a finder raises is what the import would have raised without us."""
        for finder in list(sys.meta_path):
            find_spec = None if finder is self else getattr(finder, "find_spec", None)
            spec = None if find_spec is None else find_spec(name, path, target)
            if spec is not None:
                return spec
        return None

    def _wrap(self, name: str, wrap: Callable[[Any], None], module: Any) -> None:
        _wrap_quietly(wrap, module)
        self._waiting.pop(name, None)
        if not self._waiting and self in sys.meta_path:
            sys.meta_path.remove(self)

    def wrap_loaded(self) -> None:
        """Those that were imported before the agent began."""
        for name in tuple(self._waiting):
            module = sys.modules.get(name)
            if module is not None:
                _wrap_quietly(self._waiting.pop(name), module)


class _WrappingLoader:
    """In a spec's place for its loader until the module is executed; then the loader's own again, so that nobody finds ours."""

    def __init__(self, loader: Any, wrap: Callable[[Any], None]) -> None:
        self._loader = loader
        self._wrap = wrap

    def create_module(self, spec: Any) -> Any:
        return self._loader.create_module(spec)

    def exec_module(self, module: Any) -> None:
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._wrap(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)


def _wrap_quietly(wrap: Callable[[Any], None], module: Any) -> None:
    """A framework of another shape than we know is left as it is."""
    try:
        wrap(module)
    except (AttributeError, KeyError, LookupError, TypeError, ValueError):
        pass


_watch: Optional[ImportWatch] = None


def watch_imports() -> None:
    """Once per process; a forked child has it from its parent."""
    global _watch
    if _watch is None:
        _watch = ImportWatch()
        _watch.wrap_loaded()
        sys.meta_path.insert(0, _watch)
