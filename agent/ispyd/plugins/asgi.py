"""ASGI requests in flight and those that ended lately, with their routes."""

from itertools import chain
from typing import Any, Dict, List

from ispyd.plugin import CommandFailed, Context, command
from ispyd.recording import answers, route_tables
from ispyd.recording.recorder import asgi_requests
from ispyd.recording.request_values import request_values


@command(
    shape="table",
    columns=answers.IN_FLIGHT_COLUMNS,
    parameters={"limit": {"minimum": 1, "maximum": 10_000}},
    examples=[("asgi requests shop", "what the workers of shop work on, the oldest first")],
)
def requests(context: Context, limit: int = 200) -> List[Dict[str, Any]]:
    """Requests in flight, with their age, route and trace id

    Those that began after the agent did, the oldest first. The route is the template that the application declared, never the path. `ispyd requests`
    also tells where in the code each of them is.

    Parameters:
    limit: most rows that are shown
    """
    return answers.in_flight_rows(context, asgi_requests, limit)


@command(
    shape="record",
    level="capture",
    parameters={"id": {"minimum": 1}},
    examples=[('asgi request shop/1 12 --reason "why you need it"', "path, query and headers of one request, redacted")],
)
def request(context: Context, id: int) -> Dict[str, Any]:
    """The values of one request in flight, redacted

    Parameters:
    id: the number that `asgi requests` shows
    """
    return request_values(context, asgi_requests, id)


@command(
    shape="table",
    columns=answers.RECENT_COLUMNS,
    parameters={"limit": {"minimum": 1, "maximum": 200}},
    examples=[("asgi recent shop", "the last requests of each worker: status and duration")],
)
def recent(context: Context, limit: int = 200) -> List[Dict[str, Any]]:
    """The last requests that ended, at most 200, the latest first

    A request ends when the application's coroutine returns, after its background work; a websocket when it is closed (status 101, or 403 where it was
    refused). A status of nothing means that the application never gave one.

    Parameters:
    limit: most rows that are shown
    """
    return answers.recent_rows(context, asgi_requests, limit)


@command(
    shape="table",
    columns=answers.ROUTE_COLUMNS,
    parameters={"limit": {"minimum": 1, "maximum": 20_000}},
    examples=[("asgi routes shop/1", "every route that the application declared")],
)
def routes(context: Context, limit: int = 1_000) -> List[Dict[str, Any]]:
    """Routes of Starlette, FastAPI and Django, as declared

    Parameters:
    limit: most rows that are shown
    """
    found = answers.route_rows(context, chain(route_tables.starlette_routes(context.check), route_tables.django_routes(context.check)), limit)
    if not found:
        raise CommandFailed(
            "no Starlette or FastAPI application, and no URLconf of Django, is loaded in this process", "Django loads its URLconf with the first request"
        )
    return found
