"""An asyncio server with 3,000 idle tasks."""
import asyncio


async def client(jobs):
    while True:
        await jobs.get()


async def timer():
    while True:
        await asyncio.sleep(30)


async def serve(reader, writer):
    await reader.read(100)


async def main():
    queues = [asyncio.Queue() for _ in range(2_000)]
    tasks = [asyncio.ensure_future(client(jobs)) for jobs in queues]
    tasks += [asyncio.ensure_future(timer()) for _ in range(1_000)]
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    await asyncio.sleep(0.1)
    print("ready", flush=True)
    await asyncio.gather(*tasks)
    server.close()


asyncio.run(main())
