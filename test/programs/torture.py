"""Nothing but change: threads, tasks, frames and code objects that are made and thrown away. All names are of a known form."""

import asyncio
import itertools
import sys
import threading

sys.setswitchinterval(0.0001)

SOURCE = """
def fn_{0}(depth):
    if depth:
        return fn_{0}(depth - 1)
    return sum(gen_{0}())

def gen_{0}():
    yield from (number for number in range(3))

class Cls_{0}:
    def method_{0}(self):
        return fn_{0}(3)

async def co_{0}(depth):
    if depth:
        return await co_{0}(depth - 1)
    Cls_{0}().method_{0}()
    await sleep(0)
"""

numbers = itertools.count()


def make_code():
    number = next(numbers)
    names = {"sleep": asyncio.sleep}
    exec(compile(SOURCE.format(number), "/made-up/code_%d.py" % number, "exec"), names)
    return names["fn_%d" % number], names["co_%d" % number]


def run_short():
    for depth in (1, 5, 20):
        make_code()[0](depth)


def run_threads():
    while True:
        threads = [threading.Thread(target=run_short) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


async def run_tasks():
    while True:
        tasks = [asyncio.ensure_future(make_code()[1](depth)) for depth in (0, 2, 5, 9)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


threading.Thread(target=run_threads, daemon=True).start()
print("ready", flush=True)
asyncio.run(run_tasks())
