"""For an application that no known framework or server calls: `application = ispyd.middleware.wsgi(application)`, so that its requests are recorded.

Nothing is recorded where no agent was started. Wrapped twice, or under a server that is known, a request still counts once.
"""

from typing import Any, Awaitable, Callable

from ispyd.recording import asgi as _asgi
from ispyd.recording import wsgi as _wsgi

__all__ = ["asgi", "wsgi"]


def wsgi(application: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The WSGI application (PEP 3333), its requests recorded."""
    return _wsgi.recorded(application)


def asgi(application: Callable[[Any, Any, Any], Awaitable[Any]]) -> Callable[[Any, Any, Any], Awaitable[Any]]:
    """The ASGI application (specification 3.0), its requests and websockets recorded."""
    return _asgi.recorded(application)
