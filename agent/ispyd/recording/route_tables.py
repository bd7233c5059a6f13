"""All routes that the applications of this process declared, read from their tables by data alone: no URLconf is imported, no property asked.

Runs in the agent's command thread. Sources: werkzeug 1 to 3 (Map._rules_by_endpoint, Rule), Django 3 to 6 (URLPattern, URLResolver, RoutePattern,
RegexPattern), Starlette 0.13 to 1 and FastAPI (Router.routes, Mount, and since FastAPI 0.12x routers that are included without being copied).
"""

import sys
from types import ModuleType
from typing import Any, Callable, Dict, Iterator, List, Mapping, NamedTuple, Set, Tuple

from ispyd.recording.attributes import function_name, own_attributes, text_of
from ispyd.recording.recorder import identity
from ispyd.recording.routes_of_requests import flask_applications, starlette_applications
from ispyd.values import genuine

_DEEPEST = 20
_MOST_ROUTES = 20_000
_ANY_METHOD = ""


class DeclaredRoute(NamedTuple):
    framework: str
    # "GET, HEAD"; empty where the route itself does not say.
    methods: str
    rule: str
    # The endpoint's name in Flask, the function elsewhere.
    endpoint: str
    # 0 where there is none, and in Flask and Django.
    route_identity: int
    endpoint_identity: int


Check = Callable[[], None]


def flask_routes(check: Check) -> Iterator[DeclaredRoute]:
    for application in _alive(flask_applications):
        by_endpoint = own_attributes(own_attributes(application).get("url_map")).get("_rules_by_endpoint")
        for rules in _values(by_endpoint):
            for rule in _items(rules):
                check()
                methods = _methods(own_attributes(rule).get("methods"))
                yield DeclaredRoute("Flask", methods, text_of(rule, "rule"), text_of(rule, "endpoint"), 0, 0)


def starlette_routes(check: Check) -> Iterator[DeclaredRoute]:
    """One that is mounted in another shows there."""
    applications = list(_alive(starlette_applications))
    walk = _StarletteWalk(check)
    found = [(own_attributes(one).get("router"), list(walk.of_application(one))) for one in applications]
    for router, routes in found:
        if identity(router) not in walk.mounted:
            yield from routes


class _StarletteWalk:
    def __init__(self, check: Check) -> None:
        self._check = check
        # Identities of routers that were found below others.
        self.mounted: Set[int] = set()

    def of_application(self, application: Any) -> Iterator[DeclaredRoute]:
        own = own_attributes(application)
        # FastAPI's have an OpenAPI version.
        framework = "FastAPI" if "openapi_version" in own else "Starlette"
        return self._of_router(framework, own.get("router"), "", 0)

    def _of_router(self, framework: str, router: Any, prefix: str, depth: int) -> Iterator[DeclaredRoute]:
        if depth > 0:
            self.mounted.add(identity(router))
        for route in _items(own_attributes(router).get("routes")) if depth < _DEEPEST else ():
            self._check()
            own = own_attributes(route)
            path = prefix + text_of(route, "path")
            if "original_router" in own:
                inner = prefix + text_of(own.get("include_context"), "prefix")
                yield from self._of_router(framework, own["original_router"], inner, depth + 1)
            elif "endpoint" in own:
                endpoint = own["endpoint"]
                methods = _methods(own.get("methods")) or ("WEBSOCKET" if "WebSocket" in genuine.class_name(type(route)) else _ANY_METHOD)
                yield DeclaredRoute(framework, methods, path, function_name(endpoint), identity(route), identity(endpoint))
            else:
                yield from self._of_mount(framework, own.get("_base_app", own.get("app")), path, depth)

    def _of_mount(self, framework: str, application: Any, path: str, depth: int) -> Iterator[DeclaredRoute]:
        """A mounted application with routes of its own, or one of which nothing is known but its class."""
        own = own_attributes(application)
        router = own.get("router", application if "routes" in own else None)
        if router is None:
            yield DeclaredRoute(framework, _ANY_METHOD, path + "/*", "" if application is None else function_name(application), 0, 0)
        else:
            yield from self._of_router(framework, router, path, depth + 1)


def django_urlconf() -> str:
    """The name of ROOT_URLCONF, empty where Django has no settings yet."""
    settings = module_names(sys.modules.get("django.conf")).get("settings")
    wrapped = own_attributes(settings).get("_wrapped")
    name = own_attributes(wrapped).get("ROOT_URLCONF", own_attributes(own_attributes(wrapped).get("default_settings")).get("ROOT_URLCONF"))
    return name if type(name) is str else ""


def django_routes(check: Check) -> Iterator[DeclaredRoute]:
    """Of ROOT_URLCONF as it is loaded now; none before Django has loaded it, which it does with the first request."""
    yield from _routes_of_urlconf(sys.modules.get(django_urlconf()), "", 0, check)


def _routes_of_urlconf(urlconf: Any, prefix: str, depth: int, check: Check) -> Iterator[DeclaredRoute]:
    """`urlconf`: a module with urlpatterns, the name of one, or the list itself."""
    if type(urlconf) is str:
        urlconf = sys.modules.get(urlconf)
    patterns = urlconf if type(urlconf) in (list, tuple) else module_names(urlconf).get("urlpatterns")
    for entry in _items(patterns) if depth < _DEEPEST else []:
        check()
        own = own_attributes(entry)
        rule = prefix + _django_pattern(own.get("pattern"))
        if "urlconf_name" in own:
            yield from _routes_of_urlconf(own["urlconf_name"], rule, depth + 1, check)
        elif "callback" in own:
            view = own["callback"]
            # as_view() makes a function of the view's class.
            view = own_attributes(view).get("view_class", view)
            yield DeclaredRoute("Django", _ANY_METHOD, _with_slash(rule), function_name(view), 0, 0)


def _django_pattern(pattern: Any) -> str:
    """A translated route is an object that would have to be asked."""
    own = own_attributes(pattern)
    if "_route" not in own and "_regex" not in own:
        # LocalePrefixPattern.
        return "<language>/" if pattern is not None else ""
    found = own.get("_route", own.get("_regex"))
    return found if type(found) is str else "<translated>"


def _with_slash(rule: str) -> str:
    return rule if rule[:1] in ("/", "^") else "/" + rule


def routes_by_identity(check: Check) -> Dict[int, Tuple[str, str]]:
    """Rule and function by the identity of a Starlette route, and of its endpoint; the rule is empty where several have the same one."""
    found: Dict[int, Tuple[str, str]] = {}
    for _, route in zip(range(_MOST_ROUTES), starlette_routes(check)):
        for key in (route.route_identity, route.endpoint_identity):
            known = found.get(key)
            found[key] = (route.rule if known is None or known[0] == route.rule else "", route.endpoint)
    return found


def module_names(module: Any) -> Mapping[str, Any]:
    """What a plain module has; a module of a class of its own could answer by code."""
    return module.__dict__ if type(module) is ModuleType else {}


def _alive(references: List[Any]) -> Iterator[Any]:
    for reference in tuple(references):
        application = reference()
        if application is not None:
            yield application


def _items(found: Any) -> Tuple[Any, ...]:
    return tuple(found) if type(found) in (list, tuple) else ()


def _values(found: Any) -> Tuple[Any, ...]:
    return tuple(found.values()) if type(found) is dict else ()


def _methods(found: Any) -> str:
    names = tuple(found) if type(found) in (set, frozenset, list, tuple) else ()
    return ", ".join(sorted(name for name in names if type(name) is str))
