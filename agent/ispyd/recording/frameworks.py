"""What is wrapped in frameworks: the call of an application, Django's routing, and the making of an application, so that its routes are found.

Each function is given the module that was just imported. Sources: Flask 1 to 3, Django 3 to 6, Starlette 0.13 to 1, FastAPI.
"""

import weakref
from typing import Any, Callable, List

from ispyd.recording import asgi, wsgi
from ispyd.recording.attributes import attribute_reader
from ispyd.recording.recorder import identity
from ispyd.recording.routes_of_requests import flask_applications, starlette_applications
from ispyd.recording.wrapping import replace_method

_MOST_APPLICATIONS = 100

_environ = attribute_reader("environ")
_scope = attribute_reader("scope")


def wrap_flask(module: Any) -> None:
    replace_method(module, "Flask", "__call__", wsgi.recording_method)
    replace_method(module, "Flask", "__init__", lambda original: _noting(original, flask_applications))


def wrap_django_wsgi(module: Any) -> None:
    replace_method(module, "WSGIHandler", "__call__", wsgi.recording_method)


def wrap_django_asgi(module: Any) -> None:
    replace_method(module, "ASGIHandler", "__call__", asgi.recording_method)


def wrap_django_routing(module: Any) -> None:
    replace_method(module, "BaseHandler", "resolve_request", _noting_match)


def wrap_starlette(module: Any) -> None:
    replace_method(module, "Starlette", "__call__", asgi.recording_method)
    replace_method(module, "Starlette", "__init__", lambda original: _noting(original, starlette_applications))


def wrap_fastapi(module: Any) -> None:
    # It does not call Starlette's.
    replace_method(module, "FastAPI", "__init__", lambda original: _noting(original, starlette_applications))


def _noting(original: Callable[..., Any], applications: List[Any]) -> Callable[..., Any]:
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        note_application(self, applications)

    return __init__


def note_application(application: Any, applications: List[Any]) -> None:
    """Once, and without keeping it alive."""
    applications[:] = [one for one in applications if one() is not None]
    known = any(identity(one()) == identity(application) for one in applications)
    if not known and len(applications) < _MOST_APPLICATIONS:
        applications.append(weakref.ref(application))


def _noting_match(original: Callable[..., Any]) -> Callable[..., Any]:
    def resolve_request(self: Any, request: Any) -> Any:
        match = original(self, request)
        _note_match(request, match)
        return match

    return resolve_request


def _note_match(request: Any, match: Any) -> None:
    """Django's request object is known to nobody else; environ and scope are what it was made from."""
    found: Any = wsgi.request_of(_environ(request)) or asgi.request_of(_scope(request))
    if found is not None:
        found.django = (request, match)
