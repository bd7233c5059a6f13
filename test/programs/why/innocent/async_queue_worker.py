"""Tasks that wait on each other through queues, locks and gather, one lock in use by a task that moves."""
import asyncio


async def produce(jobs, lock):
    while True:
        async with lock:
            await asyncio.sleep(0.02)
            await jobs.put(1)


async def consume(jobs, lock):
    while True:
        await jobs.get()
        async with lock:
            await asyncio.sleep(0.01)


async def main():
    jobs, lock = asyncio.Queue(10), asyncio.Lock()
    print("ready", flush=True)
    await asyncio.gather(produce(jobs, lock), consume(jobs, lock), consume(jobs, lock))


asyncio.run(main())
