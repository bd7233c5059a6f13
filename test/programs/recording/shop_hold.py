"""Views that stay until the test lets them go: while the file that HOLD names exists."""
import asyncio
import os
import time

HOLD = os.environ.get("HOLD", "")


def wait():
    while os.path.exists(HOLD):
        time.sleep(0.02)
    return "released"


async def wait_async():
    while os.path.exists(HOLD):
        await asyncio.sleep(0.02)
    return "released"
