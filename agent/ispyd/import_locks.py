"""In a forked child: what a command thread of the parent was importing when it forked.

The interpreter renews its one global import lock after a fork, not the locks of single modules: one that a thread held which does not exist
in the child would hang the child's own import of that module for ever, beside the half of it that was loaded.
"""

import sys
from typing import Any, Container


def drop_imports(idents: Container[int]) -> None:
    """Forgets module locks that one of these threads held, and the modules under them, so that the child loads them anew.

    importlib._bootstrap: `_module_locks`, name -> weak reference to a `_ModuleLock` with its `owner`, the same in 3.8 to 3.15.
    """
    bootstrap = sys.modules.get("_frozen_importlib")
    locks: Any = getattr(bootstrap, "_module_locks", None)
    if type(locks) is not dict:
        return
    for name, reference in tuple(locks.items()):
        lock = reference()
        owner = getattr(lock, "owner", None)
        if owner is not None and owner in idents:
            locks.pop(name, None)
            sys.modules.pop(name, None)
