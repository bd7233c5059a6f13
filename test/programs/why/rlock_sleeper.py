"""A thread sleeps while it holds the RLock that the main thread wants."""
import threading
import time

lock = threading.RLock()
held = threading.Event()


def hold():
    lock.acquire()
    held.set()
    time.sleep(600)  # culprit


threading.Thread(target=hold, name="holder", daemon=True).start()
held.wait()
print("ready", flush=True)
with lock:
    pass
