"""Route and view of one request, from what the frameworks keep: templates and names as the application declared them, never the path asked for.

Sources: werkzeug 1 to 3 (environ["werkzeug.request"], Rule), Flask 1 to 3 (Request.url_rule), Starlette and FastAPI (scope["route"], scope["endpoint"]),
Django 3 to 6 (ResolverMatch).
"""

from typing import Any, Dict, List, Tuple

from ispyd.recording.attributes import own_attributes, text_of
from ispyd.recording.recorder import identity

UNROUTED = ("", "")

# Weak references, noted when an application is made; see frameworks.py.
flask_applications: List[Any] = []
starlette_applications: List[Any] = []


def flask_route(environ: Dict[str, Any]) -> Tuple[str, str]:
    """Rule and endpoint, once Flask has found them."""
    request = environ.get("werkzeug.request")
    if request is None:
        return UNROUTED
    rule = own_attributes(request).get("url_rule")
    return UNROUTED if rule is None else (text_of(rule, "rule"), text_of(rule, "endpoint"))


def django_route(match: Any) -> Tuple[str, str]:
    """Of a ResolverMatch: path("orders/") is written without the slash that it begins with; re_path says "^"."""
    own = own_attributes(match)
    route, view = own.get("route"), own.get("_func_path")
    shown = route if type(route) is str else ""
    if shown[:1] not in ("/", "^") and type(route) is str:
        shown = "/" + shown
    return shown, view if type(view) is str else ""


def starlette_route(scope: Dict[str, Any]) -> Tuple[str, int, int]:
    """The identities of route and endpoint, by which route_tables.py finds the full template when it is asked; the route's own one where it may not."""
    endpoint, route = scope.get("endpoint"), scope.get("route")
    path = "" if route is None or starlette_applications else text_of(route, "path")
    return path, 0 if route is None else identity(route), 0 if endpoint is None else identity(endpoint)
