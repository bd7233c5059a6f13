"""What the applications of the tests do when they are asked: one CPU-bound task, one that waits, one that fans out."""
import asyncio
import os
import time

SLOW_SECONDS = float(os.environ.get("SHOP_SLOW_SECONDS", "0.05"))


def price(quantity):
    """About 5 ms of CPU with quantity 60000."""
    total = 0
    for item in range(quantity):
        total = (total + item * item) % 1_000_003
    return total


def wait():
    time.sleep(SLOW_SECONDS)
    return "waited"


async def fetch(name):
    await asyncio.sleep(SLOW_SECONDS)
    return name


async def fetch_all():
    return await asyncio.gather(fetch("stock"), fetch("price"), fetch("reviews"))
