"""A coroutine computes without end: its event loop stands still."""
import asyncio


async def order():
    print("ready", flush=True)
    total = 0
    while True:
        total += sum(range(200_000))  # culprit


async def main():
    other = asyncio.ensure_future(asyncio.sleep(0.1))
    await asyncio.sleep(0)
    await order()
    await other


asyncio.run(main())
