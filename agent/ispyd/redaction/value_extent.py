"""How far a value reaches that stands beside its name in a text: quoted, in brackets, or bare.

Where the text was cut within the value, the value reaches to the end of the text.
"""

import re
from typing import NamedTuple, Optional

from ispyd.redaction.marks import mark_end
from ispyd.redaction.rules import ENDINGS, READABLE_VALUES


class Extent(NamedTuple):
    """The stretch to hide; empty where there is nothing to hide."""

    start: int
    end: int
    # Where to go on reading.
    next: int


_OPENING = re.compile(r"[bBrRuUfF]{0,2}(\\{0,8}[\"'`])", re.ASCII)
_BRACKETS = re.compile(r"(?:[A-Za-z_][A-Za-z0-9_.]{0,80})?[\[({]", re.ASCII)
_AFTER_MARK = re.compile("[ \\t\\r\\n,;&)\\]}\"'`<\\\\]|\\Z", re.ASCII)
_CLOSERS = re.compile(r"(?<=[A-Za-z])[\])},.;:>]+\Z", re.ASCII)
_STRUCTURE = re.compile(r"[\[\](){}\"']", re.ASCII)
_LONGEST_READABLE = 64


def value_extent(text: str, at: int, ending: str) -> Extent:
    """The extent of the value that begins at `at`. "bare" and "quoted or line" look for quotes and brackets first, "line" and "element" don't."""
    marked = mark_end(text, at)
    if marked is not None and _AFTER_MARK.match(text, marked):
        return Extent(marked, marked, marked)
    if ending in ("line", "element"):
        return _bare(text, at, ending, marked)
    quote = _OPENING.match(text, at)
    if quote is not None:
        return _quoted(text, quote.end(), quote.group(1))
    bracket = _BRACKETS.match(text, at)
    if bracket is not None:
        end = _closing_bracket(text, bracket.end())
        return Extent(at, end, end)
    return _bare(text, at, "bare" if ending == "bare" else "line", marked)


def _bare(text: str, at: int, ending: str, marked: Optional[int]) -> Extent:
    found = ENDINGS[ending].get().match(text, at if marked is None else marked)
    end = found.end() if found is not None else at
    if end - at < _LONGEST_READABLE and _CLOSERS.sub("", text[at:end]) in READABLE_VALUES:
        return Extent(end, end, end)
    return Extent(at, end, end)


def _quoted(text: str, start: int, quote: str) -> Extent:
    """`start` is the first character after the opening quote; `quote` is the quote with the backslashes before it."""
    end = _closing_quote(text, start, quote)
    after = end + len(quote)
    if end == start or text[start:end] in READABLE_VALUES or mark_end(text, start) == end:
        return Extent(after, after, after)
    return Extent(start, end, min(len(text), after))


def _closing_quote(text: str, start: int, quote: str) -> int:
    letter = quote[-1]
    at = text.find(letter, start)
    while at >= 0:
        backslashes = 0
        while at - backslashes > start and text[at - backslashes - 1] == "\\":
            backslashes += 1
        if len(quote) > 1:
            if backslashes == len(quote) - 1:
                return at - backslashes
        elif backslashes % 2 == 0:
            # SQL doubles a quote that belongs to the text.
            if text[at + 1 : at + 2] != letter:
                return at
            at += 1
        at = text.find(letter, at + 1)
    return len(text)


def _closing_bracket(text: str, at: int) -> int:
    """Just after the bracket that closes the one before `at`; brackets within quotes don't count."""
    depth = 1
    found = _STRUCTURE.search(text, at)
    while found is not None:
        letter, at = found.group(), found.end()
        if letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        else:
            at = _closing_quote(text, at, letter) + 1
        if depth == 0:
            return at
        found = _STRUCTURE.search(text, at)
    return len(text)
