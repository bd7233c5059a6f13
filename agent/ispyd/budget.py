"""What a command and the agent may spend: time, size, and CPU over ten seconds. Measured with the thread's own clock, obeyed by the control thread.

A command's time and size are its own limits. The CPU budget is for commands that come again and again (watch): one that a person
asks for once is bounded by its time, and answers with what it used.
"""

import os
from typing import Dict, List, Tuple

from ispyd.primitives import monotonic

DURATION_MS = 30_000.0
MOST_DURATION_MS = 600_000.0
SIZE_BYTES = 262_144
# An answer's line holds the rest of its document too.
MOST_SIZE_BYTES = 8 * 1024 * 1024 - 64 * 1024

_WINDOW_SECONDS = 10.0
_DEFAULT_PERCENT = 1.0
_MOST_PERCENT = 5.0
# The same command this often within the window, on one connection, is a stream, whether or not the client says so.
_REPEATED = 5
_MOST_SPANS = 256


def allowed_percent() -> float:
    """Of one core: 1, or what the owner set in ISPYD_CPU_PERCENT, at most 5."""
    try:
        percent = float(os.environ.get("ISPYD_CPU_PERCENT", _DEFAULT_PERCENT))
    except ValueError:
        return _DEFAULT_PERCENT
    return min(max(percent, 0.0), _MOST_PERCENT) if percent == percent else _DEFAULT_PERCENT


class CpuBudget:
    """Seconds of CPU that both threads of the agent used in the last ten seconds."""

    def __init__(self) -> None:
        self.percent = allowed_percent()
        self._spans: List[Tuple[float, float]] = []

    def spend(self, cpu_seconds: float) -> None:
        self._spans.append((monotonic(), cpu_seconds))
        if len(self._spans) > _MOST_SPANS:
            # Two become one at the later time: it counts longer rather than shorter.
            (_, first), (at, second) = self._spans[0], self._spans[1]
            self._spans[:2] = [(at, first + second)]

    def used_percent(self) -> float:
        since = monotonic() - _WINDOW_SECONDS
        self._spans = [span for span in self._spans if span[0] > since]
        return 100.0 * sum(cpu for _, cpu in self._spans) / _WINDOW_SECONDS

    def wait_ms(self) -> float:
        """After how long the use will be within the budget again, if nothing else runs; 0 where it is."""
        over = self.used_percent() - self.percent
        now = monotonic()
        for at, cpu in self._spans:
            if over <= 0:
                break
            over -= 100.0 * cpu / _WINDOW_SECONDS
            if over <= 0:
                return max(1.0, (at + _WINDOW_SECONDS - now) * 1_000.0)
        return 0.0


class Repetition:
    """How often one connection asked for each command lately."""

    def __init__(self) -> None:
        self._times: Dict[str, List[float]] = {}

    def is_stream(self, command: str) -> bool:
        """Counts this call, and says whether it is one of a stream."""
        now = monotonic()
        times = [at for at in self._times.get(command, []) if at > now - _WINDOW_SECONDS][-_REPEATED:]
        times.append(now)
        if len(self._times) > _MOST_SPANS:
            self._times.clear()
        self._times[command] = times
        return len(times) >= _REPEATED
