"""One thread sorts without end in C; the others want the GIL."""
import random
import threading
import time

data = [random.random() for _ in range(6_000_000)]


def rank():
    while True:
        sorted(data)  # culprit


def tick():
    while True:
        time.sleep(0.001)


for job in (tick, tick, rank):
    threading.Thread(target=job, name=job.__name__, daemon=True).start()
print("ready", flush=True)
while True:
    time.sleep(0.001)
