"""A collection of a large heap goes on without end."""
import gc

gc.disable()
kept = [[] for _ in range(3_000_000)]


def clean():
    print("ready", flush=True)
    while True:
        gc.collect()  # culprit


clean()
