"""A scheduler that sleeps between its jobs."""
import time


def loop():
    print("ready", flush=True)
    while True:
        time.sleep(60)


loop()
