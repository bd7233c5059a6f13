"""A pool of processes without work, and a parent that waits for their end."""
import multiprocessing
import threading


def double(number):
    return number * 2


def main():
    with multiprocessing.get_context("fork").Pool(2) as pool:
        pool.map(double, range(10))
        print("ready", flush=True)
        threading.Event().wait()


main()
