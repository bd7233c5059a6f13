"""Numbers, texts and bytes, through the methods of the C types: a subclass's own never run."""

import codecs
from math import log10
from typing import Any, Tuple

from ispyd.values.walk import SCANNED_CHARACTERS, Subject, Value, Walk, hide_value, hiding_rule, text_value

# So many bits are at most some 15,800 decimal digits, which are still scanned as a whole.
_MOST_BITS = 1_750 * 30
# Below what sys.set_int_max_str_digits can set for the interpreter, which str() of an int obeys.
_CHUNK_DIGITS = 500
_CHUNK = 10**_CHUNK_DIGITS
_LEADING_BITS = 60

_ESCAPES = {code: "\\\\" if code == 0x5C else chr(code) if 0x20 <= code < 0x7F else "\\x%02x" % code for code in range(256)}


def read_none(walk: Walk, subject: Subject) -> Value:
    return text_value(walk, subject, "none", "None", 1)


def read_bool(walk: Walk, subject: Subject) -> Value:
    return text_value(walk, subject, "bool", "True" if subject.obj is True else "False", 1)


def read_int(walk: Walk, subject: Subject) -> Value:
    """An int of any size; of one with more than some 15,000 decimal digits only their number."""
    if int.bit_length(subject.obj) > _MOST_BITS:
        return _huge_int(walk, subject)
    raw = integer_text(int.__int__(subject.obj))
    return text_value(walk, subject, "int", raw, len(raw.lstrip("-")))


def integer_text(number: int) -> str:
    """The decimal digits of an exact int, whatever limit the interpreter has for them."""
    parts = []
    rest = abs(number)
    while rest >= _CHUNK:
        rest, low = divmod(rest, _CHUNK)
        parts.append(str(low).rjust(_CHUNK_DIGITS, "0"))
    parts.append(str(rest))
    return ("-" if number < 0 else "") + "".join(reversed(parts))


def _huge_int(walk: Walk, subject: Subject) -> Value:
    shift = int.bit_length(subject.obj) - _LEADING_BITS
    leading = int.__abs__(int.__rshift__(subject.obj, shift))
    size = int(log10(leading) + shift * log10(2)) + 1
    value: Value = {"kind": "int", "type": subject.type.name, "cut": True, "size": size}
    rule = hiding_rule(subject)
    return value if rule is None else hide_value(walk, value, rule)


def read_float(walk: Walk, subject: Subject) -> Value:
    return text_value(walk, subject, "float", float.__repr__(subject.obj), 1)


def read_complex(walk: Walk, subject: Subject) -> Value:
    return text_value(walk, subject, "complex", complex.__repr__(subject.obj), 1)


def read_str(walk: Walk, subject: Subject) -> Value:
    size = str.__len__(subject.obj)
    text = str.__getitem__(subject.obj, slice(0, SCANNED_CHARACTERS))
    return text_value(walk, subject, "str", text, size, size > SCANNED_CHARACTERS)


def read_bytes(walk: Walk, subject: Subject) -> Value:
    return _bytes_value(walk, subject, bytes.__len__(subject.obj), bytes.__getitem__(subject.obj, slice(0, SCANNED_CHARACTERS)))


def read_bytearray(walk: Walk, subject: Subject) -> Value:
    beginning: Any = bytearray.__getitem__(subject.obj, slice(0, SCANNED_CHARACTERS))
    return _bytes_value(walk, subject, bytearray.__len__(subject.obj), bytes(beginning))


def _bytes_value(walk: Walk, subject: Subject, size: int, data: bytes) -> Value:
    """Scanned as the text that they most likely are, then written as Python writes bytes, without b and quotes."""
    text, encoding = _decoded(data)
    value = text_value(walk, subject, "bytes", text, size, len(data) < size)
    value["text"] = value["text"].encode(encoding).decode("latin-1").translate(_ESCAPES)
    return value


def _decoded(data: bytes) -> Tuple[str, str]:
    try:
        # Not final: a character that the end of the range cuts in two is no error.
        return codecs.utf_8_decode(data, "strict", False)[0], "utf-8"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1"
