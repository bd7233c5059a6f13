"""A slow piece of work whose steps sleep 300 ms each."""
import time


def first():
    time.sleep(0.3)


def second():
    time.sleep(0.3)


def work():
    while True:
        first()
        second()


print("ready", flush=True)
work()
