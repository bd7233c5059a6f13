"""Records the requests of ASGI applications: HTTP requests and websockets, from the call with their scope to its end. Lifespan is none.

As wsgi.py, what the application and the server see stays what it was. Source: ASGI specification 3.0.
"""

import sys
from typing import Any, Awaitable, Callable, Dict, Optional, Tuple

from ispyd.primitives import monotonic, thread_ident
from ispyd.recording.recorder import METHODS, OTHER_METHOD, asgi_requests, switch
from ispyd.recording.routes_of_requests import django_route, starlette_route
from ispyd.recording.wrapping import is_wrapper, mark_wrapper
from ispyd.values import genuine

Application = Callable[[Any, Any, Any], Awaitable[Any]]

_WEBSOCKET = "WEBSOCKET"
_SWITCHING_PROTOCOLS = 101
_FORBIDDEN = 403

_HAS_CURRENT_TASK = sys.version_info >= (3, 12)

# Held here, since every request uses them.
_in_flight: Dict[int, "AsgiRequest"] = asgi_requests.in_flight
_next_number = asgi_requests.numbers.__next__
_note_ended = asgi_requests.ended.append


class AsgiRequest:
    """One request in flight. Its references to what is the application's are gone when it ends."""

    __slots__ = ("number", "began_at", "environ", "key", "headers_key", "thread", "greenlet", "task", "send_on", "status", "django")

    number: int
    began_at: float
    # The scope; named as in WsgiRequest for those who treat both alike.
    environ: Optional[Dict[str, Any]]
    key: int
    headers_key: int
    thread: int
    greenlet: int
    task: int
    send_on: Any
    # 0 as long as there is none.
    status: int
    # Django's request and its ResolverMatch, once it has them.
    django: Optional[Tuple[Any, Any]]

    def send(self, message: Any) -> Any:
        """The server's, with the status noted. Not a coroutine itself: the server's is handed on to be awaited."""
        if self.status == 0 and type(message) is dict:
            self.status = _status_in(message)
        return self.send_on(message)

    def end(self, error: Optional[BaseException] = None) -> None:
        """May be called again, and in a forked child, where it does nothing."""
        known = _in_flight.pop(self.key, None)
        _in_flight.pop(self.headers_key, None)
        scope, django = self.environ, self.django
        self.environ = self.django = None
        if known is None or scope is None:
            return
        path = view = ""
        route = endpoint = 0
        if django is not None:
            path, view = django_route(django[1])
        elif "endpoint" in scope:
            path, route, endpoint = starlette_route(scope)
        status = str(self.status) if self.status else ""
        raised = ""
        if error is not None:
            raised = genuine.class_name(type(error))
            if status == "" and issubclass(type(error), Exception):
                # What every server makes of it.
                status = "500"
        _note_ended((self.number, method_of(scope), status, path, view, route, endpoint, self.began_at, monotonic(), raised))


def method_of(scope: Dict[str, Any]) -> str:
    method = scope.get("method")
    if type(method) is str:
        return METHODS.get(method, OTHER_METHOD)
    return _WEBSOCKET if scope.get("type") == "websocket" else OTHER_METHOD


def _status_in(message: Dict[str, Any]) -> int:
    """Of http.response.start and websocket.http.response.start; a websocket's own messages as what the client sees. 0 where there is none."""
    status = message.get("status")
    if type(status) is int:
        return status
    if status is not None:
        # http.HTTPStatus is an int of another class.
        return int.__int__(status) if genuine.flags_of(type(status)) & genuine.INT_SUBCLASS else 0
    kind = message.get("type")
    if type(kind) is not str:
        return 0
    return _SWITCHING_PROTOCOLS if kind == "websocket.accept" else _FORBIDDEN if kind == "websocket.close" else 0


def _begin(scope: Any, send: Any) -> Optional[AsgiRequest]:
    """The request that begins with this scope; None for what is none, or what an outer wrapper records already."""
    if type(scope) is not dict or not switch.on:
        return None
    kind = scope.get("type")
    if kind != "http" and kind != "websocket":
        return None
    headers = scope.get("headers")
    key = id(scope)
    # Middleware may hand on a copy of the scope, which has the same headers.
    headers_key = id(headers) if type(headers) is list else key
    if key in _in_flight or headers_key in _in_flight:
        _follow(key, headers_key, scope)
        return None
    request = AsgiRequest()
    request.number = _next_number()
    request.environ = scope
    request.key = key
    request.headers_key = headers_key
    request.thread = request.greenlet = thread_ident()
    request.task = _current_task()
    request.send_on = send
    request.status = 0
    request.django = None
    _in_flight[key] = _in_flight[headers_key] = request
    request.began_at = monotonic()
    return request


def _follow(key: int, headers_key: int, scope: Dict[str, Any]) -> None:
    """An inner wrapper sees a copy: the framework writes the route into that one."""
    request = _in_flight.get(headers_key)
    if key not in _in_flight and request is not None and request.environ is not None:
        request.environ = scope


def _current_task() -> int:
    """The id of asyncio's current task; 0 outside of it, as under trio. asyncio is asked only where it is loaded."""
    asyncio: Any = sys.modules.get("_asyncio")
    if asyncio is None or asyncio._get_running_loop() is None:
        return 0
    # Before 3.12 it is Python's.
    task = asyncio.current_task() if _HAS_CURRENT_TASK else sys.modules["asyncio.tasks"].current_task()
    return 0 if task is None else id(task)


def recording_method(original: Callable[..., Any]) -> Callable[..., Any]:
    """The `__call__` of an application's class, recorded unless an outer wrapper records it already. A coroutine function, as servers look for."""

    async def __call__(self: Any, scope: Any, receive: Any, send: Any) -> Any:
        request = _begin(scope, send)
        if request is None:
            return await original(self, scope, receive, send)
        # `ispyd requests` reads it here from outside: src/outside/request-age.ts.
        began_at = request.began_at  # noqa: F841
        try:
            result = await original(self, scope, receive, request.send)
        except BaseException as error:
            request.end(error)
            raise
        request.end()
        return result

    return __call__


def recorded(application: Application) -> Application:
    """The application behind a wrapper, for a server to call."""
    if is_wrapper(application):
        return application

    async def recorded_application(scope: Any, receive: Any, send: Any) -> Any:
        request = _begin(scope, send)
        if request is None:
            return await application(scope, receive, send)
        # `ispyd requests` reads it here from outside: src/outside/request-age.ts.
        began_at = request.began_at  # noqa: F841
        try:
            result = await application(scope, receive, request.send)
        except BaseException as error:
            request.end(error)
            raise
        request.end()
        return result

    mark_wrapper(recorded_application, application)
    return recorded_application


def request_of(scope: Any) -> Optional[AsgiRequest]:
    """The request in flight that a scope, or a copy of it, belongs to."""
    if type(scope) is not dict:
        return None
    found = _in_flight.get(id(scope))
    if found is None and type(scope.get("headers")) is list:
        found = _in_flight.get(id(scope["headers"]))
    return found
