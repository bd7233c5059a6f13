"""A Lock is taken inside a `with` on it once more, with acquire()."""
import threading

lock = threading.Lock()


def reserve():
    with lock:
        return pay()


def pay():
    print("ready", flush=True)
    lock.acquire()  # culprit
    lock.release()


reserve()
