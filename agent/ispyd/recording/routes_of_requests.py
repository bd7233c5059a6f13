"""Route and view of one request, from what the frameworks keep: templates and names as the application declared them, never the path asked for.

Sources: werkzeug 1 to 3 (environ["werkzeug.request"], Rule), Flask 1 to 3 (Request.url_rule), Starlette and FastAPI (scope["route"], scope["endpoint"]),
Django 3 to 6 (ResolverMatch).
"""

from typing import Any, Dict, List, Tuple

from ispyd.recording.attributes import attribute_reader
from ispyd.recording.recorder import identity

_url_rule = attribute_reader("url_rule")
_rule = attribute_reader("rule")
_endpoint = attribute_reader("endpoint")
_route = attribute_reader("route")
_func_path = attribute_reader("_func_path")
_path = attribute_reader("path")

UNROUTED = ("", "")

# Weak references, noted when an application is made; see frameworks.py.
flask_applications: List[Any] = []
starlette_applications: List[Any] = []


def flask_route(environ: Dict[str, Any]) -> Tuple[str, str]:
    """Rule and endpoint, once Flask has found them."""
    request = environ.get("werkzeug.request")
    if request is None:
        return UNROUTED
    rule = _url_rule(request)
    return UNROUTED if rule is None else (_text(_rule(rule)), _text(_endpoint(rule)))


def django_route(match: Any) -> Tuple[str, str]:
    """Of a ResolverMatch: path("orders/") is written without the slash that it begins with; re_path says "^"."""
    route, view = _route(match), _func_path(match)
    shown = route if type(route) is str else ""
    if shown[:1] not in ("/", "^") and type(route) is str:
        shown = "/" + shown
    return shown, view if type(view) is str else ""


def starlette_route(scope: Dict[str, Any]) -> Tuple[str, int, int]:
    """The identities of route and endpoint, by which route_tables.py finds the full template when it is asked; the route's own one where it may not."""
    endpoint, route = scope.get("endpoint"), scope.get("route")
    path = "" if route is None or starlette_applications else _text(_path(route))
    return path, 0 if route is None else identity(route), 0 if endpoint is None else identity(endpoint)


def _text(found: Any) -> str:
    return found if type(found) is str else ""
