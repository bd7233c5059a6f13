"""One thread takes a Lock that it holds already, both times with `with`."""
import threading

lock = threading.Lock()


def reserve():
    with lock:
        return pay()


def pay():
    print("ready", flush=True)
    with lock:  # culprit
        return 1


reserve()
