"""A plugin whose commands misbehave, each in its own way."""

import time
from typing import Any, Dict, List

from ispyd.plugin import Context, command

PLUGIN = "bad"


@command()
def loops() -> None:
    """Computes for ever"""
    while True:
        pass


@command()
def stubborn() -> None:
    """Swallows what interrupts it"""
    while True:
        try:
            time.sleep(0.05)
        except BaseException:
            pass


@command()
def sleeps(seconds: float = 100.0) -> str:
    """Stays in C code"""
    time.sleep(seconds)
    return "slept"


@command()
def fails() -> None:
    """Raises an exception whose text holds a secret"""
    raise ValueError("password=hunter2 is wrong")


@command()
def exits() -> None:
    """Wants to end the process"""
    raise SystemExit(3)


@command(shape="table", columns=["text"])
def rows(count: int) -> List[Dict[str, str]]:
    """A table of any length"""
    return [{"text": "x" * 100} for _ in range(count)]


@command()
def giant() -> Dict[str, str]:
    """A record that no limit takes"""
    return {"part %d" % number: "x" * 10_000 for number in range(1_000)}


@command()
def endless() -> Any:
    """Lists that hold lists"""
    found: List[Any] = []
    for _ in range(100_000):
        found = [found]
    return found


@command()
def foreign() -> Any:
    """An object of a class that says what it likes"""

    class Tripwire:
        def __repr__(self) -> str:
            raise AssertionError("its code ran")

        __str__ = __len__ = __iter__ = __eq__ = __hash__ = __repr__  # type: ignore[assignment]

    return Tripwire()


@command()
def burns(seconds: float) -> None:
    """Uses CPU"""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


@command()
def reports(context: Context) -> Dict[str, Any]:
    """Tells how far it is, and answers with secrets"""
    for step in range(4):
        context.progress(step, 4, "step")
        time.sleep(0.15)
    return {"password": "hunter2", "pin": 1234, "plain": "seen"}


@command()
def imports() -> str:
    """Imports a module that hangs"""
    import hangs

    return hangs.__name__


@command()
def logs() -> str:
    """Logs, which the control thread never does"""
    import logging

    logging.getLogger("shop").warning("hello")
    return "logged"
