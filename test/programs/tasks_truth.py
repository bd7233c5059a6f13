"""Puts asyncio tasks into each kind of place where one can wait, and writes what asyncio and the coroutines themselves say of them.

Runs on 3.8 to 3.15; with "uvloop" as argument on that loop. Writes truth.json into the working directory, prints "ready" and stays as it is.
"""

import asyncio
import functools
import gc
import json
import os
import sys
import threading
import time
import types

PYTHON = sys.version_info
HERE = os.path.dirname(os.path.abspath(__file__))
# Names of tasks that a task waits for, where the scenario knows of any: told by hand, so that asyncio is not its own judge.
awaited = {}
loops = []
problems = []
kept = []
# Nobody asks these for their names, which from 3.12 on are made when they are asked for.
unnamed = []
scenarios = []


def scenario(function):
    scenarios.append(function)
    return function


def spawn(coroutine, name, *waits_for):
    loop = asyncio.get_running_loop()
    task = loop.create_task(coroutine)
    task.set_name(name)
    awaited[name] = list(waits_for)
    kept.append(task)
    return task


async def forever():
    await asyncio.get_running_loop().create_future()


async def sleeping():
    await asyncio.sleep(10**6)


# --- one task, one place


@scenario
async def simple():
    spawn(forever(), "a future")
    spawn(sleeping(), "a sleep")
    spawn(forever(), "Ünï-漢-😀")
    unnamed.append(asyncio.get_running_loop().create_task(forever()))


@scenario
async def nested():
    async def down(depth):
        if depth == 0:
            await forever()
        else:
            await down(depth - 1)

    spawn(down(50), "fifty awaits deep")


@scenario
async def methods_and_awaitables():
    class Awaitable:
        def __init__(self, inner):
            self.inner = inner

        def __await__(self):
            return (yield from self.inner.__await__())

    class Passing:
        def __await__(self):
            return forever().__await__()

    class Service:
        async def call(self):
            await Awaitable(Awaitable(forever()))

        async def pass_on(self):
            return await Passing()

    @types.coroutine
    def old_style():
        yield from forever()

    async def uses_old_style():
        await old_style()

    spawn(Service().call(), "awaitable objects")
    spawn(Service().pass_on(), "an awaitable that passes on")
    spawn(uses_old_style(), "a generator as coroutine")


@scenario
async def async_generators():
    async def ticks():
        yield 1
        await forever()

    async def through():
        async for value in ticks():
            yield value

    async def reads():
        async for value in through():
            print("value",
                  value)

    async def comprehends():
        return [value async for value in through()]

    async def closing():
        try:
            yield 1
        finally:
            await forever()

    async def closes():
        values = closing()
        await values.__anext__()
        await values.aclose()

    async def throwing():
        try:
            yield 1
        except KeyError:
            await forever()

    async def throws():
        values = throwing()
        await values.__anext__()
        await values.athrow(KeyError("thrown"))

    async def sends():
        values = ticks()
        await values.asend(None)
        await values.asend(1)

    spawn(reads(), "async for")
    spawn(comprehends(), "async comprehension")
    spawn(closes(), "aclose")
    spawn(throws(), "athrow")
    spawn(sends(), "asend")
    if PYTHON >= (3, 10):
        async def asks():
            values = ticks()
            await anext(values, None)
            await anext(values, None)

        spawn(asks(), "anext with a default")


@scenario
async def async_with():
    class Entered:
        async def __aenter__(self):
            await forever()

        async def __aexit__(self, *_):
            pass

    class Left:
        async def __aenter__(self):
            return self

        async def __aexit__(self, *_):
            await forever()

    async def enters():
        async with Left() as left, \
                Entered():
            print(left)

    async def leaves():
        async with Left():
            value = 1
        return value

    async def leaves_by_exception():
        async with Left():
            raise ValueError("inside")

    async def handles():
        try:
            raise KeyError("handled")
        except KeyError:
            await forever()

    spawn(enters(), "aenter")
    spawn(leaves(), "aexit")
    spawn(leaves_by_exception(), "aexit by exception")
    spawn(handles(), "in an except block")


@scenario
async def synchronization():
    lock = asyncio.Lock()
    await lock.acquire()
    condition = asyncio.Condition()
    semaphore = asyncio.Semaphore(0)
    kept.extend([lock, condition, semaphore])

    async def with_lock():
        async with lock:
            pass

    async def with_condition():
        async with condition:
            await condition.wait()

    async def with_semaphore():
        async with semaphore:
            pass

    spawn(asyncio.Event().wait(), "event")
    spawn(with_lock(), "lock")
    spawn(with_condition(), "condition")
    spawn(with_semaphore(), "semaphore")
    spawn(asyncio.Queue().get(), "queue get")
    full = asyncio.Queue(1)
    full.put_nowait(1)
    spawn(full.put(2), "queue put")
    spawn(full.join(), "queue join")
    if PYTHON >= (3, 11):
        spawn(asyncio.Barrier(2).wait(), "barrier")


@scenario
async def executors_and_input():
    loop = asyncio.get_running_loop()

    async def executes():
        await loop.run_in_executor(None, time.sleep, 10**6)

    async def executes_over_lines():
        return [
            1,
            await loop.run_in_executor(
                None,
                functools.partial(time.sleep, 10**6),
            ),
        ]

    async def reads():
        reader = asyncio.StreamReader()
        await reader.readexactly(5)

    async def serves():
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        async with server:
            await server.serve_forever()

    spawn(executes(), "executor")
    spawn(executes_over_lines(), "executor over lines")
    spawn(reads(), "stream")
    spawn(serves(), "server")


# --- tasks that wait for tasks


@scenario
async def directly():
    inner = spawn(forever(), "awaited directly")

    async def waits():
        await inner

    async def waits_in_a_list():
        return [await one for one in [inner]]

    spawn(waits(), "waits directly", "awaited directly")
    spawn(waits_in_a_list(), "waits in a list", "awaited directly")


@scenario
async def gathered():
    children = [spawn(forever(), "gathered %d" % number) for number in range(5)]

    async def waits():
        await asyncio.gather(*children)

    async def nests():
        await asyncio.gather(children[0], asyncio.gather(*children[1:3]))

    async def gathers_coroutines():
        async def named(name):
            asyncio.current_task().set_name(name)
            awaited[name] = []
            await forever()

        await asyncio.gather(named("gathered coroutine a"), named("gathered coroutine b"), return_exceptions=True)

    spawn(waits(), "gathers", *("gathered %d" % number for number in range(5)))
    spawn(nests(), "gathers gathers", *("gathered %d" % number for number in range(3)))
    spawn(gathers_coroutines(), "gathers coroutines", "gathered coroutine a", "gathered coroutine b")


@scenario
async def shielded():
    inner = spawn(forever(), "shielded")

    async def waits():
        await asyncio.shield(inner)

    async def gathers():
        await asyncio.gather(asyncio.shield(inner), asyncio.shield(inner))

    async def in_time():
        await asyncio.wait_for(asyncio.shield(inner), 10**6)

    async def twice():
        await asyncio.shield(asyncio.shield(inner))

    spawn(waits(), "shields", "shielded")
    spawn(gathers(), "gathers shields", "shielded")
    spawn(in_time(), "waits for a shield", "shielded")
    spawn(twice(), "shields a shield", "shielded")


@scenario
async def waited():
    children = [spawn(forever(), "waited %d" % number) for number in range(3)]

    async def waits():
        await asyncio.wait(children, return_when=asyncio.FIRST_COMPLETED)

    async def waits_in_time():
        await asyncio.wait(set(children), timeout=10**6)

    async def for_one():
        await asyncio.wait_for(children[0], 10**6)

    async def for_one_without_limit():
        await asyncio.wait_for(children[1], None)

    spawn(waits(), "waits", "waited 0", "waited 1", "waited 2")
    spawn(waits_in_time(), "waits in time", "waited 0", "waited 1", "waited 2")
    spawn(for_one(), "waits for one", "waited 0")
    spawn(for_one_without_limit(), "waits for one without limit", "waited 1")


@scenario
async def completed():
    children = [spawn(forever(), "completed %d" % number) for number in range(2)]

    async def iterates():
        for future in asyncio.as_completed(children):
            await future

    # Before 3.14 nothing of the waiting task leads to what it waits for: ispyd does not follow this.
    spawn(iterates(), "as completed", *(["completed 0", "completed 1"] if PYTHON >= (3, 14) else []))


if PYTHON >= (3, 11):

    @scenario
    async def grouped():
        async def groups():
            async with asyncio.TaskGroup() as group:
                for number in range(3):
                    kept.append(group.create_task(forever(), name="grouped %d" % number))
                    awaited["grouped %d" % number] = []

        async def groups_busy():
            async with asyncio.TaskGroup() as group:
                group.create_task(forever(), name="grouped busy")
                awaited["grouped busy"] = []
                await forever()

        async def nests():
            async with asyncio.TaskGroup() as group:
                awaited["groups inside"] = ["grouped 0 inside"]

                async def inside():
                    async with asyncio.TaskGroup() as other:
                        other.create_task(forever(), name="grouped 0 inside")
                        awaited["grouped 0 inside"] = []

                group.create_task(inside(), name="groups inside")

        async def in_time():
            async with asyncio.timeout(10**6):
                await forever()

        spawn(groups(), "groups", "grouped 0", "grouped 1", "grouped 2")
        # From 3.14 on a group's tasks count as awaited from the start, before that once the block has come to its end.
        spawn(groups_busy(), "groups busy", *(["grouped busy"] if PYTHON >= (3, 14) else []))
        spawn(nests(), "groups groups", "groups inside")
        spawn(in_time(), "timeout")


@scenario
async def each_other():
    tasks = {}

    async def waits(name):
        await asyncio.sleep(0.01)
        await tasks[name]

    tasks["a"] = spawn(waits("b"), "each other a", "each other b")
    tasks["b"] = spawn(waits("a"), "each other b", "each other a")

    async def waits_for_itself():
        await asyncio.sleep(0.01)
        await asyncio.gather(tasks["self"])

    tasks["self"] = spawn(waits_for_itself(), "itself", "itself")


@scenario
async def python_tasks():
    # What the pure Python implementation makes, and a class of one's own.
    loop = asyncio.get_running_loop()
    task = asyncio.tasks._PyTask(forever(), loop=loop, name="python task")
    awaited["python task"] = []
    kept.append(task)

    async def waits():
        await task

    other = asyncio.tasks._PyTask(waits(), loop=loop, name="python task waits")
    awaited["python task waits"] = ["python task"]
    kept.append(other)

    class Own(asyncio.Task):
        pass

    own = Own(forever(), loop=loop, name="own class")
    awaited["own class"] = []
    kept.append(own)

    async def waits_for_a_python_future():
        await asyncio.futures._PyFuture(loop=loop)

    spawn(waits_for_a_python_future(), "python future")


if PYTHON >= (3, 12):

    @scenario
    async def eager():
        loop = asyncio.get_running_loop()
        task = asyncio.Task(forever(), loop=loop, name="eager", eager_start=True)
        awaited["eager"] = []
        kept.append(task)

        async def waits():
            await task

        kept.append(asyncio.Task(waits(), loop=loop, name="eager waits", eager_start=True))
        awaited["eager waits"] = ["eager"]


# --- loops that run a task just now


async def runs():
    async def inner():
        async for value in ticks():
            time.sleep(value)

    async def ticks():
        yield 0
        for seconds in helper(10**6):
            yield seconds

    def helper(seconds):
        yield list(map(wait, [seconds]))

    def wait(seconds):
        time.sleep(seconds)

    await inner()


async def runs_eagerly():
    async def child():
        time.sleep(10**6)

    async def parent():
        await asyncio.sleep(0)
        asyncio.Task(child(), loop=asyncio.get_running_loop(), name="runs eagerly", eager_start=True)

    awaited["runs eagerly"] = []
    awaited["main of eager"] = ["starts eagerly"]
    await spawn(parent(), "starts eagerly")


async def idle_main():
    for one in scenarios:
        await one()
    await forever()


def run_loop(label, main, new_loop):
    try:
        loop = new_loop()
        loops.append((label, threading.get_native_id(), loop))
        asyncio.set_event_loop(loop)
        task = loop.create_task(main)
        task.set_name("main of " + label)
        loop.run_until_complete(task)
        problems.append(label + " came back")
    except BaseException as error:
        problems.append("%s: %r" % (label, error))
        raise


def leave_behind(new_loop):
    """A loop that no thread runs any more, with a task that is still pending."""
    loop = new_loop()
    task = loop.create_task(forever())
    task.set_name("left behind")
    awaited["left behind"] = []
    loop.run_until_complete(asyncio.sleep(0.01))
    kept.append(task)
    loops.append(("left", 0, loop))


# --- the truth


def describe(code, line, instruction):
    told = {"function": getattr(code, "co_qualname", code.co_name), "file": code.co_filename, "line": line or 0}
    if PYTHON >= (3, 11):
        columns = [column for _, _, column, _ in code.co_positions()]
        column = columns[instruction // 2]
        if column is not None:
            told["column"] = column + 1
    return told


def describe_frame(frame):
    return describe(frame.f_code, frame.f_lineno, frame.f_lasti)


OPAQUE = ("async_generator_asend", "async_generator_athrow", "coroutine_wrapper", "anext_awaitable")


def behind(waiter):
    """Objects of C that pass on say nothing of what is behind them; the garbage collector knows."""
    while type(waiter).__name__ in OPAQUE:
        found = [one for one in gc.get_referents(waiter) if parts(one) is not None or type(one).__name__ in OPAQUE]
        if not found:
            return None
        waiter = found[0]
    return waiter


KINDS = {types.CoroutineType: ("cr", "cr_await"), types.GeneratorType: ("gi", "gi_yieldfrom"), types.AsyncGeneratorType: ("ag", "ag_await")}


def parts(one):
    """Coroutines that Cython compiled look like these and have no frame of Python's: they are where a chain ends."""
    prefix, next_name = KINDS.get(type(one), (None, None))
    return None if prefix is None else (getattr(one, prefix + "_frame"), getattr(one, next_name))


def chain(coroutine):
    """Innermost first."""
    frames = []
    current = coroutine
    while True:
        found = parts(behind(current)) if current is not None else None
        if found is None or found[0] is None:
            return frames
        frames.insert(0, found[0])
        current = found[1]


def stack(frame):
    frames = []
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    return frames


def running_frames(task, stacks):
    """Of a task that runs: the calls of its thread above its own coroutine."""
    own = task.get_coro().cr_frame
    for frames in stacks:
        if own in frames:
            return frames[: frames.index(own) + 1]
    return chain(task.get_coro())


def describe_tasks():
    stacks = [stack(frame) for frame in sys._current_frames().values()]
    tasks = []
    for label, tid, loop in loops:
        current = asyncio.current_task(loop)
        # From 3.14 on all_tasks() leaves out tasks of the pure Python implementation.
        own = {task for task in kept if isinstance(task, asyncio.tasks._PyTask) and task.get_loop() is loop}
        for task in asyncio.all_tasks(loop) | own:
            name = None if task in unnamed else task.get_name()
            running = task is current
            frames = running_frames(task, stacks) if running else chain(task.get_coro())
            waiter = getattr(task, "_fut_waiter", None)
            tasks.append(dict(name=name, loop=label, tid=tid, running=running, waiter=None if waiter is None else type(waiter).__name__,
                              awaits=awaited.get(name, []), frames=[describe_frame(frame) for frame in frames]))
    return sorted(tasks, key=lambda task: (task["loop"], task["name"] or ""))


def main():
    new_loop = asyncio.new_event_loop
    if sys.argv[1:] == ["uvloop"]:
        import uvloop

        new_loop = uvloop.new_event_loop
    gc.disable()
    leave_behind(new_loop)
    for label, coroutine in [("idle", idle_main()), ("runs", runs()), ("third", sleeping())] + ([("eager", runs_eagerly())] if PYTHON >= (3, 12) else []):
        threading.Thread(target=run_loop, args=(label, coroutine, new_loop), name=label, daemon=True).start()
    before = None
    for _ in range(100):
        time.sleep(0.1)
        now = json.dumps(describe_tasks())
        if now == before and len(loops) >= 4:
            break
        before = now
    if problems:
        print(problems, file=sys.stderr)
        os._exit(1)
    with open("truth.json", "w") as file:
        json.dump(dict(tasks=json.loads(now), loops=[[label, tid] for label, tid, _ in loops]), file)
    print("ready", flush=True)
    time.sleep(10**6)


main()
