"""Two tasks await each other."""
import asyncio

tasks = {}


async def reserve():
    await asyncio.sleep(0.01)
    await tasks["pay"]  # culprit


async def pay():
    await asyncio.sleep(0.01)
    print("ready", flush=True)
    await tasks["reserve"]  # culprit


async def main():
    tasks["pay"] = asyncio.ensure_future(pay())
    tasks["reserve"] = asyncio.ensure_future(reserve())
    await asyncio.sleep(600)


asyncio.run(main())
