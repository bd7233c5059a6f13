"""A coroutine takes a threading.Lock that a thread keeps: its event loop stands still."""
import asyncio
import threading
import time

lock = threading.Lock()
held = threading.Event()


def keep():
    with lock:
        held.set()
        time.sleep(600)


async def order():
    print("ready", flush=True)
    with lock:  # culprit
        pass


async def main():
    threading.Thread(target=keep, name="keeper", daemon=True).start()
    held.wait()
    await order()


asyncio.run(main())
