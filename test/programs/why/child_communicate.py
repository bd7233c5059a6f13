"""A child never ends and its output is read until it does."""
import subprocess
import sys


def convert():
    print("ready", flush=True)
    return subprocess.run([sys.executable, "-c", "import time; time.sleep(600)"], stdout=subprocess.PIPE)  # culprit


convert()
