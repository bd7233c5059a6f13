"""The stacks of all threads of this interpreter, from code objects and line numbers alone; names from the table of threading, read as data.

A frame that ends while it is looked at keeps its variables alive as long as somebody holds it, so frames are borrowed like any other object.
"""

import os
import sys
from types import FrameType
from typing import Any, Dict, List, Optional

import ispyd
from ispyd.plugin import Context
from ispyd.primitives import thread_ident
from ispyd.python_facts.borrowed import Borrowed, text

_MOST_THREADS = 1_000
_PACKAGE = os.path.dirname(os.path.abspath(ispyd.__file__)) + "/"


def thread_stacks(borrowed: Borrowed, context: Context, depth: int) -> List[Dict[str, Any]]:
    """The main thread first, then in the order in which they are numbered; at most `depth` frames of each, the innermost first."""
    current = sys._current_frames()
    # Its own frame would refer to itself through this variable, and keep all the others until the collector runs, in whichever thread.
    own = {"heading": "ispyd", "details": ["ident %d" % thread_ident(), "answers this"], "frames": []} if current.pop(thread_ident(), None) else None
    borrowed.keep(list(current.values()))
    known = _threads_by_ident(borrowed)
    idents = sorted(current, key=lambda ident: (not known.get(ident, {}).get("main", False), ident))
    context.cut("threads", min(_MOST_THREADS, len(idents)), len(idents))
    stacks = [_stack(borrowed, context, ident, current[ident], known.get(ident, {}), depth) for ident in idents[:_MOST_THREADS]]
    return stacks if own is None else [*stacks, own]


def _threads_by_ident(borrowed: Borrowed) -> Dict[int, Dict[str, Any]]:
    threading = borrowed.module("threading")
    active = threading.get("_active")
    if type(active) is not dict:
        return {}
    found: Dict[int, Dict[str, Any]] = {}
    for ident, thread in tuple(active.items()) if all(type(key) is int for key in tuple(active)) else ():
        borrowed.keep([thread])
        own = borrowed.attributes(thread)
        native = own.get("_native_id")
        facts = {"name": text(own.get("_name")), "native": native if type(native) is int else 0, "daemon": own.get("_daemonic") is True}
        found[ident] = dict(facts, main=thread is threading.get("_main_thread"))
    return found


def _stack(borrowed: Borrowed, context: Context, ident: int, frame: Optional[FrameType], known: Dict[str, Any], depth: int) -> Dict[str, Any]:
    context.check()
    frames: List[Dict[str, Any]] = []
    outermost, count = "", 0
    while frame is not None:
        borrowed.keep([frame])
        code = frame.f_code
        outermost = code.co_filename
        if count < depth:
            # With the class in its name since 3.11.
            frames.append({"function": getattr(code, "co_qualname", code.co_name), "file": outermost, "line": frame.f_lineno or 0})
        count += 1
        frame = frame.f_back
    details = ["ident %d" % ident] + (["native id %d" % known["native"]] if known.get("native") else [])
    details += ["daemon"] if known.get("daemon") else []
    details += ["%d outer frames are not shown" % (count - depth)] if count > depth else []
    return {"heading": known.get("name") or ("ispyd" if outermost.startswith(_PACKAGE) else "thread"), "details": details, "frames": frames}
