"""What is wrapped in servers: where one gets hold of the application, so that plain WSGI and ASGI applications are recorded too.

Each function is given the module that was just imported. Sources: gunicorn 19 to 27, uvicorn, hypercorn, wsgiref (and with it Django's runserver),
werkzeug, gevent.
"""

from typing import Any, Callable

from ispyd.recording import asgi, wsgi
from ispyd.recording.attributes import own_attributes
from ispyd.recording.wrapping import replace_method
from ispyd.values import genuine

# gunicorn's own workers that call self.wsgi as WSGI; others, such as uvicorn's, put an ASGI application there.
_WSGI_WORKERS = frozenset(["gunicorn.workers.sync", "gunicorn.workers.gthread", "gunicorn.workers.base_async"])


def wrap_gunicorn(module: Any) -> None:
    replace_method(module, "Worker", "load_wsgi", lambda original: _then(original, _wrap_gunicorn_application))


def wrap_gunicorn_asgi(module: Any) -> None:
    replace_method(module, "ASGIWorker", "load_wsgi", lambda original: _then(original, lambda worker: _wrap(worker, "asgi", asgi.recorded)))


def wrap_uvicorn(module: Any) -> None:
    replace_method(module, "Config", "load", lambda original: _then(original, lambda config: _wrap(config, "loaded_app", asgi.recorded)))


def wrap_hypercorn(module: Any) -> None:
    replace_method(module, "ASGIWrapper", "__init__", lambda original: _then(original, lambda wrapper: _wrap(wrapper, "app", asgi.recorded)))
    replace_method(module, "WSGIWrapper", "__init__", lambda original: _then(original, lambda wrapper: _wrap(wrapper, "app", wsgi.recorded)))


def wrap_wsgiref(module: Any) -> None:
    replace_method(module, "WSGIServer", "set_app", lambda original: _then(original, lambda server: _wrap(server, "application", wsgi.recorded)))


def wrap_werkzeug(module: Any) -> None:
    replace_method(module, "BaseWSGIServer", "__init__", lambda original: _then(original, lambda server: _wrap(server, "app", wsgi.recorded)))


def wrap_gevent(module: Any) -> None:
    replace_method(module, "WSGIServer", "__init__", lambda original: _then(original, lambda server: _wrap(server, "application", wsgi.recorded)))


def _then(original: Callable[..., Any], after: Callable[[Any], None]) -> Callable[..., Any]:
    def then(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = original(self, *args, **kwargs)
        after(self)
        return result

    return then


def _wrap_gunicorn_application(worker: Any) -> None:
    modules = [genuine.entry(genuine.namespace_entries(base, 10_000), "__module__") for base in genuine.mro_of(type(worker))]
    if any(type(name) is str and name in _WSGI_WORKERS for name in modules):
        _wrap(worker, "wsgi", wsgi.recorded)


def _wrap(holder: Any, name: str, recorded: Callable[[Any], Any]) -> None:
    """In the holder's own dict, since a class may have a property of that name."""
    own = own_attributes(holder)
    application = own.get(name)
    if application is not None and type(own) is dict:
        own[name] = recorded(application)
