"""Threads that wait for work: from a queue, a condition, an event; the main thread waits for the end."""
import queue
import threading

jobs, ready, stop = queue.Queue(), threading.Condition(), threading.Event()


def from_queue():
    while True:
        jobs.get()


def from_condition():
    with ready:
        while True:
            ready.wait()


def from_event():
    while not stop.wait(timeout=30):
        pass


for job in (from_queue, from_queue, from_condition, from_event):
    threading.Thread(target=job, name=job.__name__, daemon=True).start()
print("ready", flush=True)
stop.wait()
