"""The recorded requests as the rows that the plugins wsgi and asgi answer with. Runs in the agent's command thread, on data alone."""

import re
import sys
from typing import Any, Dict, Iterable, List, Optional, Tuple

from ispyd.plugin import CommandFailed, Context
from ispyd.primitives import monotonic
from ispyd.recording import recorder as tables
from ispyd.recording.asgi import method_of
from ispyd.recording.attributes import own_attributes
from ispyd.recording.recorder import METHODS, OTHER_METHOD, Recorder
from ispyd.recording.route_tables import DeclaredRoute, module_names, routes_by_identity
from ispyd.recording.routes_of_requests import UNROUTED, django_route, flask_route, starlette_route
from ispyd.recording.wsgi import WsgiRequest
from ispyd.values.holding import Holding

IN_FLIGHT_COLUMNS = (
    {"name": "id", "align": "right"},
    "method",
    "route",
    "view",
    {"name": "ageMs", "title": "age ms", "align": "right"},
    {"name": "thread", "align": "right"},
    "task",
    "trace",
)
RECENT_COLUMNS = (
    {"name": "id", "align": "right"},
    "method",
    "route",
    "view",
    {"name": "status", "align": "right"},
    {"name": "durationMs", "title": "duration ms", "align": "right"},
    {"name": "endedMs", "title": "ended ms ago", "align": "right"},
    "raised",
)
ROUTE_COLUMNS = ("framework", "methods", "rule", "endpoint")

Row = Dict[str, Any]

# W3C Trace Context, section 3.2: version, trace id, parent id, flags. Nothing but the trace id of a well-formed one is shown.
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-|\Z)")
_NO_TRACE = "0" * 32
_MOST_HEADERS = 200


def in_flight_rows(context: Context, recorder: Recorder, limit: int) -> List[Row]:
    """The oldest first."""
    found, now = recorder.requests(), monotonic()
    known = _known_routes(context, recorder)
    threads = _native_threads()
    rows: List[Row] = []
    for request in found:
        context.check()
        if len(rows) == limit:
            break
        row = _in_flight_row(request, known, threads, now)
        if row is not None:
            rows.append(row)
    context.cut("requests", len(rows), len(found) if len(rows) == limit else len(rows))
    return rows


def _in_flight_row(request: Any, known: Dict[int, Tuple[str, str]], threads: Dict[int, int], now: float) -> Optional[Row]:
    """None where it ended meanwhile."""
    holding = Holding()
    try:
        facts = _facts_now(request, known, holding)
    finally:
        holding.release()
    if facts is None:
        return None
    method, route, view, trace = facts
    task = getattr(request, "task", 0) or (request.greenlet if request.greenlet != request.thread else 0)
    return {
        "id": request.number,
        "method": method,
        "route": route,
        "view": view,
        "ageMs": round((now - request.began_at) * 1_000),
        "thread": threads.get(request.thread),
        "task": hex(task) if task else "",
        "trace": trace,
    }


def _facts_now(request: Any, known: Dict[int, Tuple[str, str]], holding: Holding) -> Optional[Tuple[str, str, str, str]]:
    """Method, route, view and trace id."""
    environ, django = request.environ, request.django
    if environ is None:
        return None
    holding.keep((environ, django))
    if hasattr(request, "task"):
        route, view = django_route(django[1]) if django is not None else resolved(*starlette_route(environ), "", known)
        return method_of(environ), route, view, _trace(_header_in_scope(environ, b"traceparent"))
    holding.keep((environ.get("werkzeug.request"),))
    route, view = _wsgi_route(request, environ)
    method = environ.get("REQUEST_METHOD")
    shown = METHODS.get(method, OTHER_METHOD) if type(method) is str else OTHER_METHOD
    return shown, route, view, _trace(environ.get("HTTP_TRACEPARENT"))


def _wsgi_route(request: WsgiRequest, environ: Dict[str, Any]) -> Tuple[str, str]:
    # Taken once: the request may end meanwhile.
    django = request.django
    if django is not None:
        return django_route(django[1])
    return request.rule if request.rule != UNROUTED else flask_route(environ)


def resolved(path: str, route: int, endpoint: int, view: str, known: Dict[int, Tuple[str, str]]) -> Tuple[str, str]:
    """The full rule where the tables have it: a route knows nothing of where it is mounted."""
    found = known.get(route) or known.get(endpoint)
    return (path, view) if found is None else (found[0] or path, found[1])


def _known_routes(context: Context, recorder: Recorder) -> Dict[int, Tuple[str, str]]:
    return routes_by_identity(context.check) if recorder is tables.asgi_requests else {}


def _trace(value: Any) -> str:
    text = value.decode("latin-1") if type(value) is bytes else value if type(value) is str else ""
    found = _TRACEPARENT.match(text[:100])
    return "" if found is None or found.group(1) == _NO_TRACE else found.group(1)


def _header_in_scope(scope: Dict[str, Any], wanted: bytes) -> Any:
    for name, value in headers_in_scope(scope):
        if name.lower() == wanted:
            return value
    return None


def headers_in_scope(scope: Dict[str, Any]) -> Iterable[Tuple[bytes, bytes]]:
    headers: Any = scope.get("headers")
    for pair in tuple(headers)[:_MOST_HEADERS] if type(headers) in (list, tuple) else ():
        if type(pair) in (list, tuple) and len(pair) == 2 and type(pair[0]) is bytes and type(pair[1]) is bytes:
            yield pair[0], pair[1]


def _native_threads() -> Dict[int, int]:
    """Native ids by what tells threads apart in Python, from threading's own table. One that began without threading is missing."""
    found = dict(tables.main_thread())
    known = module_names(sys.modules.get("threading")).get("_active")
    for ident, thread in tuple(known.items()) if type(known) is dict else ():
        native = own_attributes(thread).get("_native_id")
        if type(ident) is int and type(native) is int:
            found.setdefault(ident, native)
    return found


def recent_rows(context: Context, recorder: Recorder, limit: int) -> List[Row]:
    """The latest first; `cut` says how many ended since the agent began."""
    found, now = recorder.recent()[:limit], monotonic()
    known = _known_routes(context, recorder)
    rows: List[Row] = []
    for number, method, status, path, name, route_key, endpoint, began_at, ended_at, raised in found:
        context.check()
        route, view = resolved(path, route_key, endpoint, name, known)
        rows.append(
            {
                "id": number,
                "method": method,
                "route": route,
                "view": view,
                "status": int(status) if len(status) == 3 and status.isdecimal() and status.isascii() else None,
                "durationMs": round((ended_at - began_at) * 1_000, 1),
                "endedMs": round((now - ended_at) * 1_000),
                "raised": raised,
            }
        )
    context.cut("requests", len(rows), recorder.ended_count())
    return rows


def route_rows(context: Context, routes: Iterable[DeclaredRoute], limit: int) -> List[Row]:
    rows: List[Row] = []
    count = 0
    for route in routes:
        count += 1
        if len(rows) < limit:
            rows.append({"framework": route.framework, "methods": route.methods, "rule": route.rule, "endpoint": route.endpoint})
    context.cut("routes", len(rows), count)
    return rows


def in_flight(recorder: Recorder, number: int) -> Any:
    """Raises CommandFailed where it has ended."""
    for request in recorder.requests():
        if request.number == number:
            return request
    raise CommandFailed("request %d is not in flight" % number, "those that are: the command requests")
