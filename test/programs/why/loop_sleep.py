"""A coroutine calls time.sleep: its event loop stands still."""
import asyncio
import time


def charge():
    print("ready", flush=True)
    time.sleep(600)  # culprit


async def order():
    charge()


async def main():
    others = [asyncio.ensure_future(asyncio.sleep(0.1)) for _ in range(3)]
    await asyncio.sleep(0)
    await order()
    await asyncio.gather(*others)


asyncio.run(main())
