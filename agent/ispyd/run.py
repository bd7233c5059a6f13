"""`python -m ispyd run -- COMMAND...`: the command with an agent in each Python process below it, and no change of its code."""

import os
import sys
from typing import Dict, List, Mapping

_PACKAGE = os.path.dirname(os.path.abspath(__file__))
# Directories that hold more than this package: put before the standard library they would hide modules of it.
_SHARED = ("site-packages", "dist-packages")


def environment(before: Mapping[str, str]) -> Dict[str, str]:
    """What `run` adds: where sitecustomize lies, where the package lies (perhaps in a zip), and the wish to start."""
    lies = os.path.dirname(_PACKAGE)
    # Where the package is not on this path, sitecustomize finds it by its own place.
    added = [os.path.join(_PACKAGE, "autostart")] + ([] if os.path.basename(lies) in _SHARED else [lies])
    rest = before.get("PYTHONPATH", "")
    return dict(before, PYTHONPATH=os.pathsep.join(added + ([rest] if rest != "" else [])), ISPYD_START="1")


def run_command(command: List[str]) -> int:
    """Does not return where the command can be run."""
    if command and command[0] == "--":
        command = command[1:]
    if not command:
        sys.stderr.write("run needs a command\n  try: python -m ispyd run -- gunicorn app:app\n")
        return 2
    try:
        os.execvpe(command[0], command, environment(os.environ))
    except OSError as error:
        sys.stderr.write("%s can't be run: %s\n" % (command[0], error.strerror))
        return 127 if isinstance(error, FileNotFoundError) else 126
