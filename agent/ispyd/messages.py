"""The documents of docs/protocol.md: lines to requests, answers and errors to lines. Whatever a client sends becomes a request or an error.

Part of the control thread: imports nothing when it runs, and runs in time and memory that the length of the line bounds.
"""

import re
from json.decoder import JSONDecoder
from json.encoder import JSONEncoder
from typing import Any, Dict, NamedTuple, Optional, Union

REQUEST_BYTES = 256 * 1024
ANSWER_BYTES = 8 * 1024 * 1024
# Deeper JSON is refused unread: the decoder recurses on the C stack, and an application may have lifted the recursion limit that guards it.
_DEEPEST = 64
_LONGEST_NUMBER = 20
_LONGEST_ID = 64

# JSON-RPC 2.0, section 5.1.
PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
FAILED = -32000

Id = Union[int, str, None]


class Request(NamedTuple):
    id: Id
    # False for a notification: it gets no answer.
    wants_answer: bool
    method: str
    params: Dict[str, Any]


class ProtocolError(Exception):
    """What is answered instead of a result. `code` is one of docs/protocol.md; `id` that of the request, where it could be read."""

    def __init__(self, code: str, message: str, hint: str = "", number: int = FAILED, id: Id = None, more: Optional[Dict[str, Any]] = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.number = number
        self.id = id
        # "untouched": nothing of the command ran. "unknown": it began.
        self.target = "untouched"
        self.more = more or {}


def _bounded_int(text: str) -> int:
    """Longer numbers cost the square of their length, and mean nothing here."""
    if len(text) > _LONGEST_NUMBER:
        raise ValueError("a number of %d digits" % len(text))
    return int(text)


def _no_constant(text: str) -> None:
    raise ValueError("%s is not JSON" % text)


_decoder = JSONDecoder(parse_int=_bounded_int, parse_constant=_no_constant)
_encoder = JSONEncoder(allow_nan=False, check_circular=False, separators=(",", ":"))
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


def encode(document: Any) -> bytes:
    """ASCII, so that lone surrogates of Python's strings arrive as they are. Raises ValueError for numbers that JSON has not."""
    return _encoder.encode(document).encode("ascii")


def read_line(line: bytes) -> Request:
    """Raises ProtocolError for everything that is no request."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        raise ProtocolError("protocol", "the line is not UTF-8", number=PARSE_ERROR) from None
    if _nests_too_deep(text):
        raise ProtocolError("protocol", "the JSON is nested more than %d deep" % _DEEPEST, number=PARSE_ERROR)
    try:
        document = _decoder.decode(text)
    except (ValueError, RecursionError):
        raise ProtocolError("protocol", "the line is not JSON", number=PARSE_ERROR) from None
    return _request_of(document)


def _nests_too_deep(text: str) -> bool:
    if text.count("[") + text.count("{") <= _DEEPEST:
        return False
    depth = 0
    for bracket in _BRACKET.finditer(_STRING.sub("", text)):
        depth += 1 if bracket.group() in "[{" else -1
        if depth > _DEEPEST:
            return True
    return False


def _request_of(document: Any) -> Request:
    if type(document) is not dict or document.get("jsonrpc") != "2.0":
        raise ProtocolError("protocol", 'a request is an object with "jsonrpc":"2.0"; batches are not spoken', number=INVALID_REQUEST)
    id = document.get("id")
    if not (id is None or type(id) is int or (type(id) is str and len(id) <= _LONGEST_ID)):
        raise ProtocolError("protocol", "an id is an integer or a string of at most %d characters" % _LONGEST_ID, number=INVALID_REQUEST)
    method = document.get("method")
    params = document.get("params", {})
    if type(method) is not str or type(params) is not dict:
        raise ProtocolError("protocol", "a request has a method, a string, and params, an object", number=INVALID_REQUEST, id=id)
    return Request(id, "id" in document, method, params)


def result_line(id: Id, result: bytes) -> bytes:
    """`result` is JSON already."""
    return b'{"jsonrpc":"2.0","id":' + encode(id) + b',"result":' + result + b"}\n"


def error_line(error: ProtocolError, id: Id) -> bytes:
    data = {"code": error.code, "hint": error.hint, "target": error.target}
    data.update(error.more)
    document = {"jsonrpc": "2.0", "id": id, "error": {"code": error.number, "message": error.message, "data": data}}
    return encode(document) + b"\n"


def progress_line(id: Id, done: float, total: float, label: str) -> bytes:
    return encode({"jsonrpc": "2.0", "method": "progress", "params": {"id": id, "done": done, "total": total, "label": label}}) + b"\n"
