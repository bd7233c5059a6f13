"""A task takes an asyncio.Lock that it holds already."""
import asyncio


async def reserve(lock):
    async with lock:
        await pay(lock)


async def pay(lock):
    print("ready", flush=True)
    async with lock:  # culprit
        pass


async def main():
    await reserve(asyncio.Lock())


asyncio.run(main())
