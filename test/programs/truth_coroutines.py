"""Two chains of coroutines that a loop without an event loop sends on in turns."""

from itertools import repeat

import truth


class Pause:
    def __await__(self):
        yield


def leaf_a():
    return 1


async def inner_a():
    while True:
        leaf_a()
        await Pause()


async def middle_a():
    await inner_a()


async def outer_a():
    await middle_a()


def leaf_b():
    return 1


async def inner_b():
    while True:
        leaf_b()
        await Pause()


async def middle_b():
    await inner_b()


async def outer_b():
    await middle_b()


def alternate(a, b):
    for _ in repeat(None, 500):
        a.send(None)
        b.send(None)


A, B = outer_a(), outer_b()
truth.begin()
while truth.more():
    alternate(A, B)
