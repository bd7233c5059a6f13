"""Tasks of asyncio that hand on to each other all the time, each with a chain of coroutines of its own."""

import asyncio
from itertools import repeat

import truth


def leaf_a():
    return 1


async def inner_a():
    for _ in repeat(None, 100):
        leaf_a()
        await asyncio.sleep(0)


async def outer_a():
    await inner_a()


def leaf_b():
    return 1


async def inner_b():
    for _ in repeat(None, 100):
        leaf_b()
        await asyncio.sleep(0)


async def outer_b():
    await inner_b()


async def short_c():
    return leaf_a()


async def main():
    while truth.more():
        await asyncio.gather(outer_a(), outer_b())
        await asyncio.gather(short_c(), short_c())


truth.begin()
asyncio.run(main())
