"""A child writes more than its pipe holds, and the parent waits for its end without reading."""
import subprocess
import sys

child = subprocess.Popen([sys.executable, "-c", "print('x' * 1_000_000)"], stdout=subprocess.PIPE)


def collect():
    print("ready", child.pid, flush=True)
    child.wait()  # culprit
    return child.stdout.read()


collect()
