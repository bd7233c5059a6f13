"""A filter that waits for its next line."""
import os
import sys

reading, writing = os.pipe()


def lines(file):
    for line in file:
        yield line.strip()


print("ready", flush=True)
for line in lines(os.fdopen(reading)):
    sys.stdout.write(line)
