"""Another process holds the file's lock."""
import fcntl
import os
import subprocess
import sys

path = os.path.abspath(__file__) + ".lock"
code = "import fcntl, sys, time; file = open(sys.argv[1], 'w'); fcntl.flock(file, fcntl.LOCK_EX); print('held', flush=True); time.sleep(600)"
holder = subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE)
holder.stdout.readline()


def rotate():
    with open(path, "w") as file:
        print("ready", holder.pid, flush=True)
        fcntl.flock(file, fcntl.LOCK_EX)  # culprit


rotate()
