"""The values of one request in flight: path, query, headers, client, user, and the environ or scope itself. Level capture.

Every text passes the redactor under its own name; objects go through the serialiser, which runs no code of theirs.
"""

from typing import Any, Dict, List, Tuple

from ispyd.plugin import CommandFailed, Context
from ispyd.primitives import monotonic
from ispyd.recording.answers import headers_in_scope, in_flight
from ispyd.recording.attributes import own_attributes
from ispyd.recording.recorder import Recorder
from ispyd.values.holding import Holding

_MOST_HEADERS = 100
_LONGEST_TEXT = 4_000


def request_values(context: Context, recorder: Recorder, number: int) -> Dict[str, Any]:
    """Raises CommandFailed where the request has ended, before or while it was read."""
    request = in_flight(recorder, number)
    holding = Holding()
    try:
        found = _read(context, request, holding)
    finally:
        holding.release()
    if request.environ is None:
        raise CommandFailed("request %d ended while it was read" % number, "those in flight: the command requests")
    return dict({"id": number, "ageMs": round((monotonic() - request.began_at) * 1_000)}, **found)


def _read(context: Context, request: Any, holding: Holding) -> Dict[str, Any]:
    environ, django = request.environ, request.django
    if environ is None:
        return {}
    holding.keep((environ, django))
    is_scope = hasattr(request, "task")
    texts, headers = _of_scope(environ) if is_scope else _of_environ(environ)
    found: Dict[str, Any] = {name: context.named(name, text[:_LONGEST_TEXT]) for name, text in texts if text}
    # Each under its own name, which may hide it.
    found["headers"] = ["%s: %s" % (context.text(name), context.named(name, value[:_LONGEST_TEXT])) for name, value in headers[:_MOST_HEADERS]]
    context.cut("headers", min(_MOST_HEADERS, len(headers)), len(headers))
    # django.contrib.auth keeps the user on the request once somebody asked for it.
    user = None if django is None else own_attributes(django[0]).get("_cached_user")
    holding.keep((user,))
    if user is not None:
        found["user"] = context.value(user, "user")
    name = "scope" if is_scope else "environ"
    found[name] = context.value(environ, name)
    return found


_Texts = List[Tuple[str, str]]


def _of_environ(environ: Dict[str, Any]) -> Tuple[_Texts, _Texts]:
    def text(name: str) -> str:
        found = environ.get(name)
        return _decoded(found.encode("latin-1", "replace")) if type(found) is str else ""

    texts = [
        ("method", text("REQUEST_METHOD")),
        ("path", text("SCRIPT_NAME") + text("PATH_INFO")),
        ("query", text("QUERY_STRING")),
        ("client", text("REMOTE_ADDR")),
        ("user", text("REMOTE_USER")),
    ]
    names = [name for name in tuple(environ) if type(name) is str and (name.startswith("HTTP_") or name in ("CONTENT_TYPE", "CONTENT_LENGTH"))]
    headers = [(name[5 if name.startswith("HTTP_") else 0 :].replace("_", "-").lower(), text(name)) for name in names]
    return texts, headers


def _of_scope(scope: Dict[str, Any]) -> Tuple[_Texts, _Texts]:
    def text(name: str) -> str:
        found = scope.get(name)
        return _decoded(found) if type(found) is bytes else found if type(found) is str else ""

    client = scope.get("client")
    host = client[0] if type(client) in (list, tuple) and client and type(client[0]) is str else ""
    texts = [("method", text("method")), ("path", text("path")), ("query", text("query_string")), ("client", host)]
    return texts, [(_decoded(name), _decoded(value)) for name, value in headers_in_scope(scope)]


def _decoded(raw: bytes) -> str:
    """PEP 3333: texts are bytes as latin-1; what is UTF-8 all the way is shown as that."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
