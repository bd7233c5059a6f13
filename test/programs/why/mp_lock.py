"""A child process keeps the multiprocessing.Lock that its parent wants."""
import multiprocessing
import time


def keep(lock, held):
    with lock:
        held.set()
        time.sleep(600)


def main():
    context = multiprocessing.get_context("fork")
    lock, held = context.Lock(), context.Event()
    child = context.Process(target=keep, args=(lock, held), daemon=True)
    child.start()
    held.wait()
    print("ready", child.pid, flush=True)
    with lock:  # culprit
        pass


main()
