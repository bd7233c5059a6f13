"""Loggers, their levels and handlers, read without taking the lock of logging."""

from typing import Any, Callable, Dict, List

from ispyd.plugin import Context, command
from ispyd.python_facts import loggers as logger_facts
from ispyd.python_facts.borrowed import Borrowed, borrowing

_LIMIT = {"limit": {"minimum": 1, "maximum": 20_000}}


@command(
    shape="table",
    columns=["name", "level", "effective", {"name": "handlers", "align": "right"}, "propagates", "disabled"],
    parameters=_LIMIT,
    examples=[("logging loggers shop", "where the workers of shop log, and where their levels differ")],
)
def loggers(context: Context, limit: int = 500) -> List[Dict[str, Any]]:
    """Loggers with their own and their effective level

    Parameters:
    limit: most rows that are shown
    """
    return _rows(context, logger_facts.logger_rows, "loggers", limit)


@command(
    shape="table",
    columns=["loggers", "type", "level", "target", "formatter", {"name": "filters", "align": "right"}],
    parameters=_LIMIT,
    examples=[("logging handlers shop", "which file or stream each handler writes to")],
)
def handlers(context: Context, limit: int = 500) -> List[Dict[str, Any]]:
    """Handlers, the loggers that have them, and where they write

    The target is what the handler's own attributes tell: a file, an address, or a stream. Handlers that no logger has come last.

    Parameters:
    limit: most rows that are shown
    """
    return _rows(context, logger_facts.handler_rows, "handlers", limit)


@command(
    shape="table",
    columns=["name", "effective", {"name": "setBy", "title": "set by"}, {"name": "letsThrough", "title": "lets through"}],
    parameters=_LIMIT,
    examples=[("logging effective-levels shop", "why a logger is silent: which logger above it sets the level")],
)
def effective_levels(context: Context, limit: int = 500) -> List[Dict[str, Any]]:
    """Effective level of each logger, and which logger sets it

    Also says where a logger is disabled, and where logging.disable() stops more than the level does.

    Parameters:
    limit: most rows that are shown
    """
    return _rows(context, logger_facts.effective_rows, "loggers", limit)


def _rows(context: Context, read: Callable[[Borrowed, Context], List[Dict[str, Any]]], what: str, limit: int) -> List[Dict[str, Any]]:
    rows = borrowing(lambda borrowed: read(borrowed, context))
    context.cut(what, min(limit, len(rows)), len(rows))
    return rows[:limit]
