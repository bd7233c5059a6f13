"""The tree of loggers as logging keeps it, read without its lock, which the application may hold, and without asking a logger or handler.

Sources: Lib/logging/__init__.py and handlers.py of 3.8 to 3.15 (Manager.loggerDict, Logger, Handler and their attributes).
"""

import sys
import weakref
from typing import Any, Dict, List, NamedTuple, Tuple

from ispyd.plugin import Context
from ispyd.python_facts.borrowed import Borrowed, class_full_name, text
from ispyd.values.genuine import identity

_MOST_PARENTS = 1_000
ROOT = "root"


class Logger(NamedTuple):
    name: str
    obj: Any
    own: Dict[str, Any]


class Tree:
    """Empty where logging is not loaded."""

    def __init__(self, borrowed: Borrowed) -> None:
        self._borrowed = borrowed
        module = borrowed.module("logging")
        names = module.get("_levelToName")
        self._names = {key: text(name) for key, name in tuple(names.items()) if type(key) is int} if type(names) is dict else {}
        self._handler_references = borrowed.items(module.get("_handlerList"))
        root = module.get("root")
        self.loggers: List[Logger] = [] if root is None else [Logger(ROOT, root, borrowed.attributes(root))]
        manager = borrowed.attributes(root).get("manager") if root is not None else None
        if manager is None:
            cls = module.get("Logger")
            manager = borrowed.class_names(cls).get("manager") if type(cls) is type else None
        known = borrowed.attributes(manager) if manager is not None else {}
        self.disabled_up_to = _number(known.get("_disable"))
        for name, logger in sorted(borrowed.entries(known.get("loggerDict")).items()):
            own = borrowed.attributes(logger)
            # A PlaceHolder, which stands for a name between two loggers, has no level.
            if "level" in own:
                self.loggers.append(Logger(name, logger, own))

    def level_name(self, level: int) -> str:
        return self._names.get(level, "") or "level %d" % level

    def effective(self, logger: Logger) -> Tuple[int, str]:
        """The level that counts, and the name of the logger that sets it: itself or the nearest one above."""
        own = logger.own
        for _step in range(_MOST_PARENTS):
            level = _number(own.get("level"))
            if level:
                return level, text(own.get("name"))
            parent = own.get("parent")
            if parent is None:
                return 0, text(own.get("name"))
            own = self._borrowed.attributes(parent)
        return 0, ""

    def handlers_of(self, logger: Logger) -> List[Any]:
        return self._borrowed.items(logger.own.get("handlers"))

    def handlers(self) -> List[Tuple[str, Any]]:
        """Each with the names of the loggers that have it; those that none has come last."""
        found: Dict[int, Tuple[List[str], Any]] = {}
        for logger in self.loggers:
            for handler in self.handlers_of(logger):
                found.setdefault(identity(handler), ([], handler))[0].append(logger.name)
        for reference in self._handler_references:
            handler = reference() if type(reference) is weakref.ref else None
            if handler is not None:
                self._borrowed.keep([handler])
                found.setdefault(identity(handler), ([], handler))
        return [(", ".join(names), handler) for names, handler in found.values()]


def logger_rows(borrowed: Borrowed, context: Context) -> List[Dict[str, Any]]:
    tree = Tree(borrowed)
    rows = []
    for logger in tree.loggers:
        context.check()
        own = logger.own
        row = {"name": logger.name, "level": tree.level_name(_number(own.get("level"))), "effective": tree.level_name(tree.effective(logger)[0])}
        propagates, disabled = _truth(own.get("propagate")), _truth(own.get("disabled"))
        rows.append(dict(row, handlers=len(tree.handlers_of(logger)), propagates=propagates, disabled=disabled))
    return rows


def effective_rows(borrowed: Borrowed, context: Context) -> List[Dict[str, Any]]:
    """What a logger lets through, with what logging.disable() stops everywhere."""
    tree = Tree(borrowed)
    rows = []
    for logger in tree.loggers:
        context.check()
        level, setter = tree.effective(logger)
        stopped = tree.disabled_up_to if tree.disabled_up_to >= level else 0
        note = "nothing: it is disabled" if _truth(logger.own.get("disabled")) else ""
        note = note or ("only above %s: logging.disable()" % tree.level_name(stopped) if stopped else "")
        rows.append({"name": logger.name, "effective": tree.level_name(level), "setBy": setter, "letsThrough": note or "from %s" % tree.level_name(level)})
    return rows


def handler_rows(borrowed: Borrowed, context: Context) -> List[Dict[str, Any]]:
    tree = Tree(borrowed)
    rows = []
    for loggers, handler in tree.handlers():
        context.check()
        own = borrowed.attributes(handler)
        formatter = own.get("formatter")
        rows.append(
            {
                "loggers": loggers,
                "type": class_full_name(type(handler)),
                "level": tree.level_name(_number(own.get("level"))),
                # Its stream is a property: sys.stderr, whatever that is when it writes.
                "target": "stderr" if class_full_name(type(handler)) == "logging._StderrHandler" else _target(borrowed, own),
                "formatter": "" if formatter is None else class_full_name(type(formatter)),
                "filters": len(borrowed.items(own.get("filters"))),
            }
        )
    return rows


def _target(borrowed: Borrowed, own: Dict[str, Any]) -> str:
    """Where the handler writes, as far as its own attributes tell."""
    for name in ("baseFilename", "address", "unixsocket"):
        if text(own.get(name)):
            return text(own[name])
    host = text(own.get("host")) or text(own.get("mailhost"))
    pair = borrowed.items(own.get("address"))
    if host or len(pair) == 2:
        port = own.get("port") if host else pair[1]
        return "%s:%d" % (host or text(pair[0]), port) if type(port) is int else host
    for name in ("stream", "target", "queue"):
        if own.get(name) is not None:
            return _stream_name(own[name]) if name == "stream" else "%s %s" % (name, class_full_name(type(own[name])))
    return ""


def _stream_name(stream: Any) -> str:
    """By identity: asking a stream for its name may run anything."""
    for name in ("stderr", "stdout", "__stderr__", "__stdout__"):
        if stream is sys.__dict__.get(name):
            return name.strip("_")
    return class_full_name(type(stream))


def _number(found: Any) -> int:
    return found if type(found) is int else 0


def _truth(found: Any) -> bool:
    """True, False, or the numbers that older code assigns."""
    return found is True or (type(found) is int and found != 0)
