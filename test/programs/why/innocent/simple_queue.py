"""Consumers of a SimpleQueue, whose get is C: no frame of Python's stands below the application's."""
import queue
import threading

jobs = queue.SimpleQueue()


def consume():
    while True:
        jobs.get()


workers = [threading.Thread(target=consume, name=f"consumer-{number}") for number in range(3)]
for worker in workers:
    worker.start()
print("ready", flush=True)
for worker in workers:
    worker.join()
