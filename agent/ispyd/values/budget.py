"""What one answer may still take: bytes and time. Asked before every value that is read."""

from typing import Any, Callable, Dict, Optional

from ispyd.primitives import monotonic

# How many values are read between two calls of the caller's own check.
_CHECK_EVERY = 16
# A character beyond ASCII may take six bytes in JSON ("\\u0416").
_WIDEST_CHARACTER = 6


class Budget:
    __slots__ = ("_allowed", "_check", "_count", "_deadline", "_taken", "reached")

    def __init__(self, size_bytes: int, duration_ms: float, check: Optional[Callable[[], object]]) -> None:
        self._allowed = size_bytes
        self._deadline = monotonic() + duration_ms / 1_000
        self._check = check
        self._taken = 0
        self._count = 0
        # The limit that was reached first: "size", "time", or "".
        self.reached = ""

    def full(self) -> bool:
        """Whether a limit is reached. Raises what the caller's check raises."""
        self._count += 1
        if self._check is not None and self._count % _CHECK_EVERY == 1:
            self._check()
        limit = "size" if self._taken >= self._allowed else "time" if monotonic() > self._deadline else ""
        if limit and not self.reached:
            self.reached = limit
        return bool(limit)

    def take(self, size_bytes: int) -> None:
        """Counts what was put into the answer."""
        self._taken += size_bytes


def own_bytes(value: Dict[str, Any]) -> int:
    """About the size of a Value as JSON without what it holds, which was counted when that was read."""
    size = 2
    for name, content in value.items():
        if name == "fields":
            size += 10 + sum(text_bytes(field["name"]) + (64 if "text" not in field["value"] else 24) for field in content)
        elif name == "entries":
            size += 12 + 18 * len(content)
        elif name == "items":
            size += 10
        else:
            size += len(name) + 6 + (text_bytes(content) if type(content) is str else 8)
    return size


def text_bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text) * _WIDEST_CHARACTER
