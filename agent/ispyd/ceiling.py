"""What the application's owner allows at most: ISPYD_CEILING, or the file ispyd.ceiling in the working directory. Nothing from outside raises it.

Read once when the agent starts; a forked child takes the lower of what it inherited and what it reads itself.
"""

import os
from typing import NamedTuple, Optional

# Each includes those before it.
LEVELS = ("none", "look", "inspect", "capture", "change", "console")
HIGHEST = LEVELS[-1]
_FILE = "ispyd.ceiling"
_MOST_BYTES = 4_096


class Ceiling(NamedTuple):
    """`set_by` names the variable or file; empty where nobody set one."""

    level: str
    set_by: str

    def allows(self, level: str) -> bool:
        return level in LEVELS and LEVELS.index(level) <= LEVELS.index(self.level)


def lower(one: Ceiling, other: Ceiling) -> Ceiling:
    return other if LEVELS.index(other.level) < LEVELS.index(one.level) else one


def read_ceiling(inherited: Optional[Ceiling] = None) -> Ceiling:
    """The lowest that holds here. A word that is no level, and a file that is there and can't be read, mean none."""
    ceiling = inherited or Ceiling(HIGHEST, "")
    word = os.environ.get("ISPYD_CEILING")
    if word is not None:
        ceiling = lower(ceiling, Ceiling(_level(word), "ISPYD_CEILING"))
    found = _from_file()
    return ceiling if found is None else lower(ceiling, found)


def _level(word: str) -> str:
    name = word.strip().lower()
    return name if name in LEVELS else "none"


def _from_file() -> Optional[Ceiling]:
    """O_NONBLOCK: a FIFO of that name must not hang the application."""
    path = _FILE
    try:
        path = os.path.join(os.getcwd(), _FILE)
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError:
        return Ceiling("none", path)
    try:
        text = os.read(descriptor, _MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return Ceiling("none", path)
    finally:
        os.close(descriptor)
    lines = [line.strip() for line in text.splitlines()]
    words = [line for line in lines if line != "" and not line.startswith("#")]
    return Ceiling(_level(words[0]) if len(words) == 1 else "none", path)
