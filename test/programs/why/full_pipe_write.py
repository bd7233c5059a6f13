"""A pipe to a child that never reads is full."""
import subprocess
import sys

child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], stdin=subprocess.PIPE, bufsize=0)


def send():
    print("ready", child.pid, flush=True)
    child.stdin.write(b"x" * 1_000_000)  # culprit


send()
