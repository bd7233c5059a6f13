"""Two threads take two locks in opposite order."""
import threading

stock, money = threading.Lock(), threading.Lock()
both = threading.Barrier(3)


def reserve():
    with stock:
        both.wait()
        with money:  # culprit
            pass


def refund():
    with money:
        both.wait()
        with stock:  # culprit
            pass


workers = [threading.Thread(target=job, name=job.__name__) for job in (reserve, refund)]
for worker in workers:
    worker.start()
both.wait()
print("ready", flush=True)
for worker in workers:
    worker.join()
