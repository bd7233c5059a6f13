"""Threads that share one lock and move on all the time."""
import threading
import time

lock = threading.Lock()


def work():
    while True:
        with lock:
            time.sleep(0.005)


workers = [threading.Thread(target=work, name=f"worker-{number}", daemon=True) for number in range(4)]
for worker in workers:
    worker.start()
print("ready", flush=True)
for worker in workers:
    worker.join()
