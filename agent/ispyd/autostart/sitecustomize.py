"""First on PYTHONPATH under `python -m ispyd run`: hands on to the sitecustomize that it hides, then starts the agent where it was asked for.

Loaded by site.py at the start of every Python process below that command; nothing here may disturb one that has no use for an agent.
"""

import sys


def _hand_on(here):
    """Runs the next sitecustomize of the path under its own name; what it raises goes where it would have gone, to site.py."""
    from importlib.machinery import PathFinder

    sys.path[:] = [entry for entry in sys.path if entry != here]
    spec = PathFinder.find_spec("sitecustomize", sys.path)
    if spec is None or spec.loader is None:
        return
    from importlib.util import module_from_spec

    module = module_from_spec(spec)
    ours = sys.modules.get("sitecustomize")
    sys.modules["sitecustomize"] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules["sitecustomize"] = ours
        raise


def _start(above):
    """The package lies two directories up, perhaps in a zip, perhaps not on the path of this interpreter."""
    sys.path.append(above)
    try:
        import ispyd
    except ImportError:
        return
    finally:
        sys.path.remove(above)
    ispyd.start_if_asked()


_here = __file__.rpartition("/")[0]
try:
    _hand_on(_here)
finally:
    _start(_here.rpartition("/")[0].rpartition("/")[0])
