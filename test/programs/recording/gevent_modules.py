"""A program under gevent that says which modules appear while it runs, other than the agent's own."""
import sys

from gevent import monkey

monkey.patch_all()

import gevent

gevent.sleep(0.1)
print("ready", flush=True)
known = set(sys.modules)
while True:
    gevent.sleep(0.05)
    for name in sorted(set(sys.modules) - known):
        known.add(name)
        if not name.startswith("ispyd"):
            print("new", name, flush=True)
