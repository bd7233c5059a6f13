"""Records the requests of WSGI applications: wraps the call that hands an environ to the application, in the application's own threads.

Law of this file: what the application and the server see stays what it was. A list or tuple is handed on itself, so is what a server sends by
itself (wsgi.file_wrapper); exceptions pass; nothing blocks. Source: PEP 3333.
"""

import _thread
import sys
from typing import Any, Callable, Dict, Optional, Tuple

from ispyd.primitives import monotonic, thread_ident
from ispyd.recording.recorder import METHODS, OTHER_METHOD, switch, wsgi_requests
from ispyd.recording.routes_of_requests import UNROUTED, django_route, flask_route
from ispyd.recording.wrapping import is_wrapper, mark_wrapper
from ispyd.values import genuine

Application = Callable[[Any, Any], Any]

_MOST_BODY_CLASSES = 64

# Held here, since every request uses them.
_in_flight: Dict[int, "WsgiRequest"] = wsgi_requests.in_flight
_next_number = wsgi_requests.numbers.__next__
_note_ended = wsgi_requests.ended.append


class WsgiRequest:
    """One request in flight. Its references to what is the application's are gone when it ends."""

    __slots__ = ("number", "began_at", "environ", "key", "body_key", "thread", "greenlet", "answer", "status", "rule", "django")

    number: int
    began_at: float
    environ: Optional[Dict[str, Any]]
    key: int
    body_key: int
    thread: int
    greenlet: int
    answer: Any
    # The three digits; empty as long as there are none.
    status: str
    # Flask's rule and endpoint, noted when the response begins: Flask forgets its request before the server sees the end.
    rule: Tuple[str, str]
    # Django's request and its ResolverMatch, once it has them.
    django: Optional[Tuple[Any, Any]]

    def start_response(self, status: Any, headers: Any, exc_info: Any = None) -> Any:
        """The server's, with the status noted."""
        if type(status) is str:
            self.status = status[:3]
        environ = self.environ
        if environ is not None and "werkzeug.request" in environ:
            self.rule = flask_route(environ)
        if exc_info is None:
            return self.answer(status, headers)
        return self.answer(status, headers, exc_info)

    def end(self, error: Optional[BaseException] = None) -> None:
        """May be called again, and in a forked child, where it does nothing."""
        known = _in_flight.pop(self.key, None)
        _in_flight.pop(self.body_key, None)
        environ, django = self.environ, self.django
        self.environ = self.django = None
        if known is None or environ is None:
            return
        method = environ.get("REQUEST_METHOD")
        shown = METHODS.get(method, OTHER_METHOD) if type(method) is str else OTHER_METHOD
        route, view = self.rule if django is None else django_route(django[1])
        status, raised = self.status, ""
        if error is not None:
            raised = genuine.class_name(type(error))
            if status == "" and issubclass(type(error), Exception):
                # What every server makes of it.
                status = "500"
        _note_ended((self.number, shown, status, route, view, 0, 0, self.began_at, monotonic(), raised))


def recorded(application: Application) -> Application:
    """The application behind a wrapper, for a server to call."""
    if is_wrapper(application):
        return application

    def recorded_application(environ: Any, start_response: Any) -> Any:
        request = _begin(environ, start_response)
        if request is None:
            return application(environ, start_response)
        # `ispyd requests` reads it here from outside: src/outside/request-age.ts.
        began_at = request.began_at  # noqa: F841
        try:
            result = application(environ, request.start_response)
        except BaseException as error:
            request.end(error)
            raise
        kind = type(result)
        if kind is list or kind is tuple:
            request.end()
            return result
        return _handed_on(request, environ, result)

    mark_wrapper(recorded_application, application)
    return recorded_application


def recording_method(original: Callable[..., Any]) -> Callable[..., Any]:
    """The `__call__` of an application's class, recorded unless an outer wrapper records it already."""

    def __call__(self: Any, environ: Any, start_response: Any) -> Any:
        request = _begin(environ, start_response)
        if request is None:
            return original(self, environ, start_response)
        # `ispyd requests` reads it here from outside: src/outside/request-age.ts.
        began_at = request.began_at  # noqa: F841
        try:
            result = original(self, environ, request.start_response)
        except BaseException as error:
            request.end(error)
            raise
        return _handed_on(request, environ, result)

    return __call__


def _begin(environ: Any, start_response: Any) -> Optional[WsgiRequest]:
    """None for what is none, or what an outer wrapper records already."""
    if type(environ) is not dict or not switch.on:
        return None
    body = environ.get("wsgi.input")
    key = id(environ)
    # Middleware may hand on a copy of the environ, which has the same input.
    body_key = key if body is None else id(body)
    if key in _in_flight or body_key in _in_flight:
        return None
    request = WsgiRequest()
    request.number = _next_number()
    request.environ = environ
    request.key = key
    request.body_key = body_key
    # The same, unless gevent or eventlet replaced the function that tells threads apart by one for greenlets.
    request.thread = request.greenlet = thread_ident()
    if _thread.get_ident is not thread_ident:
        request.greenlet = _thread.get_ident()
    request.answer = start_response
    request.status = ""
    request.rule = UNROUTED
    request.django = None
    _in_flight[key] = _in_flight[body_key] = request
    request.began_at = monotonic()
    return request


def _handed_on(request: WsgiRequest, environ: Dict[str, Any], result: Any) -> Any:
    """The response itself where it is complete or the server must know it again, which ends the request; else behind what sees its end."""
    kind = type(result)
    file_wrapper = environ.get("wsgi.file_wrapper")
    if kind is list or kind is tuple or kind is file_wrapper:
        request.end()
        return result
    body_class = _body_classes[kind] if kind in _body_classes else _learn(kind, file_wrapper)
    if body_class is None:
        request.end()
        return result
    return body_class(result, request)


def request_of(environ: Any) -> Optional[WsgiRequest]:
    """The request in flight that an environ, or a copy of it, belongs to."""
    if type(environ) is not dict:
        return None
    found = _in_flight.get(id(environ))
    if found is None and environ.get("wsgi.input") is not None:
        found = _in_flight.get(id(environ["wsgi.input"]))
    return found


class _Body:
    """A response that is made while it is sent: the request ends when the server closes it. What iterates over it gets the inner iterator itself."""

    __slots__ = ("_inner", "_request", "__weakref__")

    def __init__(self, inner: Any, request: WsgiRequest) -> None:
        self._inner = inner
        self._request: Optional[WsgiRequest] = request

    def __iter__(self) -> Any:
        return iter(self._inner)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def close(self) -> None:
        request, self._request = self._request, None
        try:
            close = getattr(self._inner, "close", None)
            if close is not None:
                close()
        except BaseException as error:
            if request is not None:
                request.end(error)
            raise
        if request is not None:
            # The exception that left the response's iterator, where the server closes it on the way out.
            request.end(sys.exc_info()[1])

    def __del__(self) -> None:
        # Servers close it (PEP 3333); this is for what does not.
        if self._request is not None:
            self._request.end()


class _IteratorBody(_Body):
    __slots__ = ()

    def __next__(self) -> Any:
        return next(self._inner)


class _SizedBody(_Body):
    __slots__ = ()

    def __len__(self) -> int:
        return len(self._inner)


_body_classes: Dict[type, Optional[type]] = {}


def _learn(kind: type, file_wrapper: Any) -> Optional[type]:
    """None for what must reach the server as it is: files, and what the server's own wrapper made of one."""
    if len(_body_classes) >= _MOST_BODY_CLASSES:
        _body_classes.clear()
    bases = genuine.mro_of(kind)
    names = {name for base in bases[:-1] for name, _value in genuine.namespace_entries(base, 10_000) if type(name) is str}
    found: Optional[type] = _IteratorBody if "__next__" in names else _SizedBody if "__len__" in names else _Body
    if names & {"read", "fileno", "filelike"} or any(base is file_wrapper for base in bases):
        found = None
    _body_classes[kind] = found
    return found
