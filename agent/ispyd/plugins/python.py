"""Facts about the interpreter: version, paths, modules, threads, garbage collector, objects, caches."""

import sys
from typing import Any, Dict, List

from ispyd.plugin import CommandFailed, Context, command
from ispyd.python_facts import caches as cache_facts
from ispyd.python_facts import census, collector, thread_stacks
from ispyd.python_facts import modules as module_facts
from ispyd.python_facts.borrowed import borrowing, text
from ispyd.values import genuine


@command(examples=[("python version shop", "which Python the workers of shop run")])
def version() -> str:
    """Version of the interpreter, with its build"""
    return _own_text("version")


@command()
def platform() -> str:
    """Platform as the interpreter names it"""
    return _own_text("platform")


@command()
def prefix() -> str:
    """Directory of the installation, or of the virtual environment"""
    return _own_text("prefix")


@command()
def executable() -> str:
    """Path of the interpreter"""
    return _own_text("executable")


@command()
def path() -> List[str]:
    """Where imports are looked for, as it is now (sys.path)"""
    return _own_texts("path")


@command()
def argv(context: Context) -> List[str]:
    """Arguments as Python has them now (sys.argv), without their secrets"""
    return context.arguments(_own_texts("argv"))


@command()
def defaultencoding() -> str:
    """Encoding between text and bytes where none is named"""
    return sys.getdefaultencoding()


@command()
def filesystemencoding() -> str:
    """Encoding of file names"""
    return sys.getfilesystemencoding()


@command()
def maxsize() -> int:
    """Most items that a container can have"""
    return sys.maxsize


@command()
def maxunicode() -> int:
    """Highest code point of a character"""
    return sys.maxunicode


@command(shape="record")
def flags() -> Dict[str, Any]:
    """Flags with which the interpreter was started (sys.flags)"""
    found = sys.flags
    if genuine.flags_of(type(found)) & genuine.HEAP_TYPE:
        raise CommandFailed("sys.flags was replaced by something else")
    members = genuine.native_members(type(found))
    values = {name: genuine.get(member, found) for name, member in members.items() if type(member) is genuine.Member}
    return {name: value for name, value in values.items() if type(value) in (int, bool)}


@command(
    shape="table",
    columns=["name", "version", {"name": "versionFrom", "title": "from"}, "file"],
    parameters={"pattern": {"x-positional": True}, "limit": {"minimum": 1, "maximum": 20_000}},
    examples=[("python modules shop 'django*'", "the loaded modules of Django, with its version")],
    size_bytes=1_048_576,
)
def modules(context: Context, pattern: str = "*", limit: int = 1_000) -> List[Dict[str, str]]:
    """Loaded modules with their versions and files

    The version is what the module itself says ("module"), else that of the distribution of the same name which lies beside its file now ("disk"): it may
    have been replaced since the module was loaded. When a module was imported is not known.

    Parameters:
    pattern: names to show, with * and ? as in a shell
    limit: most rows that are shown
    """
    return borrowing(lambda borrowed: module_facts.module_rows(borrowed, context, pattern, limit))


@command(
    shape="stacks",
    parameters={"depth": {"minimum": 1, "maximum": 1_000}},
    examples=[("python threads shop/1", "the stack of each thread of one worker")],
)
def threads(context: Context, depth: int = 200) -> List[Dict[str, Any]]:
    """Stacks of all threads, as the interpreter itself sees them

    `ispyd threads` reads them from outside, where nobody has to hold the GIL. Coroutines and greenlets that wait have no thread and are not here. The agent's
    own threads are called ispyd. An audit hook of the application hears of this.

    Parameters:
    depth: most frames of a thread that are shown, from the innermost
    """
    return borrowing(lambda borrowed: thread_stacks.thread_stacks(borrowed, context, depth))


@command(
    shape="record",
    name="gc",
    parameters={"for_": {"minimum": 0, "maximum": 60_000, "x-duration": True}},
    examples=[("python gc shop", "what the collector did so far"), ("python gc shop --for 5s", "and how long it stops the process within five seconds")],
    duration_ms=65_000,
)
def gc_(context: Context, for_: int = 0) -> Dict[str, Any]:
    """Garbage collector: thresholds, counts, and pauses while they are watched

    A list has one number for each generation, the youngest first. Pauses are watched by an entry of gc.callbacks, which is there only for that time.

    Parameters:
    for_: how long pauses are watched
    """
    facts = collector.collector_facts()
    return dict(facts, **collector.watch_pauses(context, for_)) if for_ > 0 else facts


@command(
    shape="table",
    columns=["type", {"name": "objects", "align": "right"}],
    parameters={"limit": {"minimum": 1, "maximum": 10_000}},
    examples=[("python memory shop/1", "of which types a worker has most objects")],
)
def memory(context: Context, limit: int = 50) -> List[Dict[str, Any]]:
    """Objects that the garbage collector knows, by type, of a small heap

    Numbers, texts and other objects that can't refer to anything are not among them. Refused where the interpreter has more than 200,000 blocks allocated:
    looking at each object would stop the process too long.

    Parameters:
    limit: most rows that are shown
    """
    return borrowing(lambda borrowed: census.object_counts(borrowed, context, limit))


@command(
    shape="table",
    columns=["cache", *({"name": name, "align": "right"} for name in ("hits", "misses", "size", "most"))],
    parameters={"limit": {"minimum": 1, "maximum": 10_000}},
    examples=[("python caches shop", "the caches that hold most, and whether they are hit")],
)
def caches(context: Context, limit: int = 100) -> List[Dict[str, Any]]:
    """Caches of functools: hits, misses, how many results each holds and may hold

    Those that a loaded module or a class of it has under a name, the fullest first. Without `most` a cache grows without bound.

    Parameters:
    limit: most rows that are shown
    """
    return borrowing(lambda borrowed: cache_facts.cache_rows(borrowed, context, limit))


@command(shape="text", level="console")
def console() -> str:
    """Interactive interpreter in the process; it is disabled"""
    return "Sorry, the Python console is disabled."


def _own_text(name: str) -> str:
    """What the application may have put into sys instead is no text."""
    return text(sys.__dict__.get(name))


def _own_texts(name: str) -> List[str]:
    return borrowing(lambda borrowed: [text(item) for item in borrowed.items(sys.__dict__.get(name))])
