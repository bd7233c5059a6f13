"""The last step of a command: what it returned becomes JSON without secrets and within its size, or an error.

Runs in the command thread. Only exact built-in types are let in, so that nothing here calls code of an application's class.
"""

from typing import Any, Dict, List, NamedTuple, Tuple

from ispyd.messages import ProtocolError, encode
from ispyd.plugin import Context, SerialisedValue

_DEEPEST = 40
_CHECK_EVERY = 256
# Numbers as long as those of payment cards pass the redactor as texts.
_LONG_NUMBER = 10**11
_LARGEST_EXACT = 2**63


class Admitted(NamedTuple):
    value: bytes
    cut: List[Dict[str, Any]]


class TooLarge(Exception):
    pass


class _NotAdmitted(Exception):
    pass


def admit(result: Any, context: Context, redactor: Any, size_bytes: int, shape: str) -> Admitted:
    """JSON of at most `size_bytes`: rows of a list are cut to fit, and the cut is said; anything else is refused with its size.

    Raises ProtocolError (too-large, plugin-failed) and CommandInterrupted.
    """
    walk = _Walk(context, redactor, size_bytes)
    try:
        if type(result) in (list, tuple) and shape != "value":
            return _admit_rows(walk, list(result), context, size_bytes)
        encoded = encode(walk.value(result, "", 0))
    except TooLarge:
        raise _too_large(size_bytes, "more than %d" % size_bytes) from None
    except (_NotAdmitted, ValueError, RecursionError) as error:
        raise ProtocolError("plugin-failed", "the command returned what can't be shown: %s" % error) from None
    if len(encoded) > size_bytes:
        raise _too_large(size_bytes, str(len(encoded)))
    return Admitted(encoded, context.cuts)


def _admit_rows(walk: "_Walk", rows: List[Any], context: Context, size_bytes: int) -> Admitted:
    parts: List[bytes] = []
    size = 2
    for row in rows:
        context.check()
        try:
            encoded = encode(walk.value(row, "", 1))
        except TooLarge:
            break
        if size + len(encoded) + 1 > size_bytes:
            break
        parts.append(encoded)
        size += len(encoded) + 1
    if not parts and rows:
        raise _too_large(size_bytes, "more than %d" % size_bytes)
    context.cut("rows", len(parts), len(rows))
    return Admitted(b"[" + b",".join(parts) + b"]", context.cuts)


def _too_large(size_bytes: int, found: str) -> ProtocolError:
    return ProtocolError("too-large", "the answer has %s bytes; its limit is %d" % (found, size_bytes), "ask for less, or raise the size limit")


class _Walk:
    def __init__(self, context: Context, redactor: Any, size_bytes: int) -> None:
        self._context = context
        self._redactor = redactor
        self._left = size_bytes
        self._count = 0

    def value(self, found: Any, name: str, depth: int) -> Any:
        """`name` is that of the nearest key above: it hides every text and number below it, where it names a secret."""
        self._count += 1
        if self._count % _CHECK_EVERY == 0:
            self._context.check()
        kind = type(found)
        if found is None or kind is bool:
            return self._sized(found, 4)
        if kind is str:
            return self._text(found, name)
        if kind is int or kind is float:
            return self._number(found, name)
        if depth >= _DEEPEST:
            raise _NotAdmitted("it is nested more than %d deep" % _DEEPEST)
        if kind is SerialisedValue:
            return self._sized(dict(found), 16)
        if kind is list or kind is tuple:
            return [self.value(item, name, depth + 1) for item in found]
        if kind is dict:
            return dict(self._entry(key, item, name, depth) for key, item in tuple(found.items()))
        raise _NotAdmitted("an object of type %s" % _type_name(kind))

    def _entry(self, key: Any, item: Any, name: str, depth: int) -> Tuple[str, Any]:
        if type(key) is not str:
            raise _NotAdmitted("a key of type %s" % _type_name(type(key)))
        hiding = name if name != "" and self._redactor.hides_name(name) is not None else key
        return self._text(key, ""), self.value(item, hiding, depth + 1)

    def _text(self, found: str, name: str) -> str:
        redacted = str(self._redactor.text(found) if name == "" else self._redactor.named(name, found))
        return str(self._sized(redacted, len(redacted) + 2))

    def _number(self, found: Any, name: str) -> Any:
        if type(found) is float and (found != found or found in (float("inf"), float("-inf"))):
            return self._sized(str(found), 6)
        if type(found) is int and not -_LARGEST_EXACT < found < _LARGEST_EXACT:
            # Of no use to a reader of JSON, and slow to write out.
            return self._sized("an integer of %d bits" % found.bit_length(), 24)
        written = str(found)
        if name == "" and not (type(found) is int and abs(found) >= _LONG_NUMBER):
            return self._sized(found, len(written))
        redacted = str(self._redactor.text(written) if name == "" else self._redactor.named(name, written))
        return self._sized(found if redacted == written else redacted, len(redacted))

    def _sized(self, found: Any, size: int) -> Any:
        self._left -= size + 1
        if self._left < 0:
            raise TooLarge
        return found


def _type_name(kind: type) -> str:
    """By type's own descriptor: a metaclass could have another."""
    return str(type.__dict__["__name__"].__get__(kind, type(kind)))[:100]
