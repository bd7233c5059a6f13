"""How many objects of each type the collector knows, of a small heap only.

A look at every object holds the GIL, and writes to each object's reference count, which unshares the memory of forked workers. A large heap must
be counted from outside.
"""

import gc
import sys
from collections import Counter
from typing import Any, Dict, List

from ispyd.plugin import CommandFailed, Context
from ispyd.python_facts.borrowed import Borrowed, class_full_name
from ispyd.values.genuine import identity

MOST_BLOCKS = 200_000


def object_counts(borrowed: Borrowed, context: Context, limit: int) -> List[Dict[str, Any]]:
    """The most frequent types first. Raises CommandFailed where the heap is not known to be small."""
    _demand_small_heap()
    objects = gc.get_objects()
    borrowed.keep(objects)
    context.check()
    types = list(map(type, objects))
    del objects
    # By identity: a metaclass may have a hash of its own.
    classes = dict(zip(map(identity, types), types))
    counts = Counter(map(identity, types)).most_common()
    context.cut("types", min(limit, len(counts)), len(counts))
    return [{"type": class_full_name(classes[key]), "objects": count} for key, count in counts[:limit]]


def _demand_small_heap() -> None:
    """The blocks of the interpreter's allocator are at least as many as the objects that the collector knows, nearly all of which are that small.

    0 where another allocator was chosen (PYTHONMALLOC, and some builds without a GIL).
    """
    blocks = sys.getallocatedblocks()
    hint = "ispyd process memory tells how much memory the process has"
    if blocks == 0:
        raise CommandFailed("this interpreter does not tell how many objects it has, so they can't be counted from inside within bounds", hint)
    if blocks > MOST_BLOCKS or sum(gc.get_count()) > MOST_BLOCKS:
        message = "%d blocks are allocated; more than %d are not counted from inside, and a count from outside does not exist yet"
        raise CommandFailed(message % (blocks, MOST_BLOCKS), hint)
