"""The main thread imports a module that waits for a thread that imports the same module."""
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "prices.py"), "w") as file:
    file.write(
        "import threading\n"
        "def load():\n"
        "    import prices\n"
        "worker = threading.Thread(target=load, name='loader')\n"
        "worker.start()\n"
        "print('ready', flush=True)\n"
        "worker.join()  # culprit\n"
    )
sys.path.insert(0, here)
import prices  # noqa: E402,F401
