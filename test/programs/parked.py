"""A bit of everything that a reader follows, all of it waiting: calls, generators, exceptions, threads, tasks."""

import asyncio
import threading
import time

gate = threading.Lock()
gate.acquire()


def deep(depth):
    if depth:
        return deep(depth - 1)
    gate.acquire()


def numbers():
    yield from waiting()


def waiting():
    time.sleep(3600)
    yield 1


def handling():
    try:
        raise ValueError("a value")
    except ValueError:
        time.sleep(3600)


class Späher:
    def schauen(self):
        sorted([2, 1], key=lambda _: gate.acquire())


async def inner(number):
    await asyncio.sleep(3600 + number)


async def outer(number):
    await asyncio.gather(inner(number), asyncio.shield(asyncio.ensure_future(inner(number))))


async def agenerator():
    await asyncio.sleep(3600)
    yield 1


async def iterate():
    async for _ in agenerator():
        pass


async def main():
    tasks = [asyncio.ensure_future(outer(number)) for number in range(3)] + [asyncio.ensure_future(iterate())]
    await asyncio.sleep(0.3)
    print("ready", flush=True)
    await asyncio.gather(*tasks)


for target in (lambda: deep(20), lambda: list(numbers()), handling, Späher().schauen):
    threading.Thread(target=target, daemon=True).start()
asyncio.run(main())
