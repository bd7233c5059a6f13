"""A child process never ends."""
import subprocess
import sys


def convert():
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print("ready", child.pid, flush=True)
    return child.wait()  # culprit


convert()
