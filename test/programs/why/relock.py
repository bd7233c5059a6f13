"""A thread gives a Lock back inside a `with` on it and wants it again, while another one sleeps under it."""
import threading
import time

lock = threading.Lock()
given_back = threading.Event()
taken = threading.Event()


def polite():
    with lock:
        lock.release()
        given_back.set()
        taken.wait()
        lock.acquire()


def keep():
    with lock:
        taken.set()
        time.sleep(600)  # culprit


threading.Thread(target=polite, daemon=True).start()
given_back.wait()
threading.Thread(target=keep, name="keeper", daemon=True).start()
taken.wait()
time.sleep(0.3)
print("ready", flush=True)
given_back.clear()
given_back.wait()
