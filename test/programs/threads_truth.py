"""Parks one thread in each kind of place that Python code can stand in, and writes what sys._current_frames() says of them.

Runs on 3.8 to 3.15. Writes truth.json into the working directory, prints "ready" and stays as it is until it is killed.
"""

import contextlib
import ctypes
import functools
import gc
import json
import os
import re
import select
import signal
import socket
import sys
import threading
import time
import types
import weakref
import _thread

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = sys.version_info
gate = threading.Lock()
gate.acquire()
never = threading.Event()
sockets = socket.socketpair()
parked = {}
problems = []
scenarios = []
# A bound method of its own, so that parking is one call of C from the line that parks.
block = gate.acquire


def arrive():
    kind = sys.exc_info()[0]
    parked[threading.get_ident()] = (threading.get_native_id(), kind and kind.__name__)
    return True


def park(*_, **__):
    arrive()
    block()


def scenario(function):
    scenarios.append((function.__name__, function))
    return function


def made(source, filename, **names):
    """Compiles source under a file name and hands back its namespace."""
    namespace = dict(park=park, arrive=arrive, block=block, __name__="made", **names)
    exec(compile(source, filename, "exec"), namespace)
    return namespace


# --- plain calls and depth


def descend(depth):
    if depth == 0:
        park()
    else:
        descend(depth - 1)


@scenario
def recursion_over_one_chunk():
    descend(2000)


@scenario
def recursion_very_deep():
    descend(20000)


@scenario
def recursion_through_c(depth=100):
    if depth == 0:
        park()
    sorted([depth], key=lambda left: recursion_through_c(left - 1))


@scenario
def wide_frames():
    # Frames larger than a 16 KiB chunk of the data stack.
    body = "".join("    v%d = depth\n" % index for index in range(3000))
    source = "def wide(depth):\n" + body + "    if depth == 0:\n        park()\n    wide(depth - 1)\nwide(5)\n"
    made(source, "<wide>")


@scenario
def event_wait():
    arrive()
    never.wait()


@scenario
def socket_receive():
    arrive()
    sockets[0].recv(10)


@scenario
def condition_and_lock_in_one_expression():
    arrive() and [never.wait(timeout=None) for _ in range(1)]


# --- generators and comprehensions


def innermost():
    yield 1
    park()
    yield 2


def middle():
    yield from innermost()


def outermost():
    value = yield from middle()
    return value


@scenario
def yield_from_chain():
    for _ in outermost():
        pass


@scenario
def yield_from_chain_long():
    def link(depth):
        if depth == 0:
            yield 0
            park()
        else:
            yield from link(depth - 1)

    list(link(150))


@scenario
def generator_expression():
    return sum(park() or value for value in range(3))


@scenario
def generator_expressions_nested():
    return list(inner for outer in (value for value in (park(), 1)) for inner in (outer,))


@scenario
def list_comprehension():
    return [park() for _ in range(3)]


@scenario
def comprehensions_nested():
    return {key: {item for item in [park() for _ in (1,)]} for key in range(2)}


@scenario
def generator_closed():
    def finishing():
        try:
            yield 1
        finally:
            park()

    running = finishing()
    next(running)
    running.close()


@scenario
def generator_closed_through_yield_from():
    def finishing():
        try:
            yield 1
        finally:
            park()

    def delegating():
        yield from finishing()

    running = delegating()
    next(running)
    running.close()


@scenario
def generator_thrown_through_yield_from():
    def catching():
        try:
            yield 1
        except KeyError:
            park()

    def delegating():
        yield from catching()

    def delegating_again():
        yield from delegating()

    running = delegating_again()
    next(running)
    running.throw(KeyError("thrown"))


@scenario
def generator_finalized():
    def finishing():
        try:
            yield 1
        finally:
            park()

    running = finishing()
    next(running)
    del running
    print("not reached")


@scenario
def coroutine_by_hand():
    class Waiting:
        def __await__(self):
            yield from innermost()

    async def inner():
        await Waiting()

    async def outer():
        async with Manager():
            await inner()

    class Manager:
        async def __aenter__(self):
            return self

        async def __aexit__(self, *_):
            return False

    coroutine = outer()
    coroutine.send(None)
    coroutine.send(None)


@scenario
def coroutine_thrown_into():
    class Waiting:
        def __await__(self):
            try:
                yield 1
            except ValueError:
                park()

    async def inner():
        await Waiting()

    async def outer():
        await inner()

    coroutine = outer()
    coroutine.send(None)
    coroutine.throw(ValueError("thrown"))


@scenario
def async_generator_and_comprehension():
    async def ticks():
        yield 1
        park()
        yield 2

    async def reader():
        return [value async for value in ticks()]

    reader().send(None)


# --- called from C


@scenario
def sort_key():
    sorted([3, 1, 2], key=park)


@scenario
def substitution_callback():
    re.sub("b+", lambda match: park() or "", "aabbaa")


@scenario
def map_and_filter():
    list(map(park, filter(lambda value: value or True, [1, 2])))


@scenario
def reduction():
    functools.reduce(lambda left, right: park() if right == 2 else right, [0, 1, 2])


@scenario
def finalizer():
    class Closing:
        def __del__(self):
            park()

    Closing()
    print("not reached")


@scenario
def finalizer_when_a_name_is_bound_again():
    class Closing:
        def __del__(self):
            park()

    value = Closing()
    value = 1
    return value


@scenario
def finalizer_when_a_frame_is_left():
    class Closing:
        def __del__(self):
            park()

    def leaving():
        value = Closing()
        return id(value)

    leaving()


@scenario
def weak_reference_callback():
    class Target:
        pass

    target = Target()
    reference = weakref.ref(target, park)
    del target
    print(reference)


@scenario
def comparison_in_a_sort():
    class Ordered:
        def __lt__(self, other):
            park()

    sorted([Ordered(), Ordered()])


@scenario
def hash_and_equality():
    class Key:
        def __hash__(self):
            return 1

        def __eq__(self, other):
            park()

    mapping = {Key(): 1}
    mapping[Key()]


@scenario
def representation():
    class Shown:
        def __format__(self, _):
            park()

    return f"{1} {Shown()} {2}"


@scenario
def json_default():
    json.dumps({"key": [object()]}, default=park)


@scenario
def ctypes_callback():
    callback = ctypes.CFUNCTYPE(ctypes.c_int)(lambda: park() or 0)
    callback()


@scenario
def partial_and_cached():
    @functools.lru_cache(maxsize=None)
    def cached(value):
        park(value)

    functools.partial(cached, 1)()


@scenario
def profiled():
    def profile(frame, event, argument):
        if event == "c_call" and argument is len:
            park()

    sys.setprofile(profile)
    value = [1, 2]
    return len(
        value
    )


@scenario
def profiled_and_parked_outside():
    sys.setprofile(lambda *_: None)
    park()


# --- traced


@scenario
def traced():
    def trace(frame, event, argument):
        return trace

    def work(value):
        value += 1
        park(
            value,
        )

    sys.settrace(trace)
    work(1)


@scenario
def parked_in_a_trace_function():
    def trace(frame, event, argument):
        if event == "line" and frame.f_code.co_name == "work" and frame.f_lineno == work.__code__.co_firstlineno + 4:
            park()
        return trace

    def work():
        value = [
            1,
        ]
        value = 2
        return value

    sys.settrace(trace)
    work()


@scenario
def parked_in_a_trace_function_of_opcodes():
    def trace(frame, event, argument):
        frame.f_trace_opcodes = True
        if event == "opcode" and frame.f_code.co_name == "work" and frame.f_lineno == work.__code__.co_firstlineno + 2:
            park()
        return trace

    def work():
        value = 1
        value = [value,
                 value]
        return value

    # 3.12 only heeds it where it was set before.
    sys._getframe().f_trace_opcodes = True
    sys.settrace(trace)
    work()


@scenario
def traced_generator():
    def trace(frame, event, argument):
        return trace

    sys.settrace(trace)
    for _ in outermost():
        pass


# --- exceptions


@scenario
def handling():
    try:
        raise KeyError("first")
    except KeyError:
        park()


@scenario
def handling_in_a_callee():
    def helper():
        park()

    class Refused(Exception):
        pass

    try:
        [][1]
    except IndexError:
        try:
            raise Refused()
        except Refused:
            helper()


@scenario
def handling_seen_from_a_generator():
    def stepping():
        yield 1
        park()

    running = stepping()
    next(running)
    try:
        1 / 0
    except ZeroDivisionError:
        next(running)


@scenario
def handling_over():
    try:
        1 / 0
    except ZeroDivisionError:
        pass
    park()


@scenario
def finally_while_it_propagates():
    try:
        raise LookupError
    finally:
        park()


@scenario
def finally_without_exception():
    try:
        value = 1
    finally:
        park(value)


@scenario
def finally_of_a_return():
    for value in range(3):
        try:
            if value == 1:
                return value
        finally:
            if value == 1:
                park()


@scenario
def with_entered():
    class Held:
        def __enter__(self):
            park()

        def __exit__(self, *_):
            pass

    with contextlib.suppress(KeyError), \
            Held() as held:
        print(held)


@scenario
def with_left():
    class Held:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            park()

    with Held() as held:
        value = held
        value = 2
    return value


@scenario
def with_left_by_exception():
    @contextlib.contextmanager
    def held():
        try:
            yield 1
        except ValueError:
            park()

    with held():
        raise ValueError("inside")


@scenario
def with_left_by_return():
    class Held:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            park()

    with Held() as first:
        with contextlib.ExitStack() as stack:
            stack.callback(int)
            return first


if PYTHON >= (3, 11):

    @scenario
    def exception_group():
        made(
            "def grouped():\n"
            "    try:\n"
            "        raise ExceptionGroup('two', [KeyError(1), ValueError(2)])\n"
            "    except* KeyError:\n"
            "        pass\n"
            "    except* ValueError:\n"
            "        park()\n"
            "grouped()\n",
            "<grouped>",
        )


# --- classes


class Shelf:
    class Inner:
        def method(self, *args):
            park()

        @classmethod
        def of_class(cls):
            cls().method()

        @staticmethod
        def of_none():
            Shelf.Inner.of_class()

    @property
    def price(self):
        return self.Inner.of_none()

    def __getattr__(self, name):
        return self.price

    def __call__(self):
        return self.missing

    def __getitem__(self, key):
        return self()


@scenario
def methods_and_properties():
    Shelf()[1]


@scenario
def class_body():
    class Made:
        value = 1
        park()


@scenario
def class_body_nested():
    class Outer:
        class Inner:
            value = [park() for _ in range(1)]


@scenario
def metaclass_call():
    class Meta(type):
        def __call__(cls, *args):
            return super().__call__(*args)

    class Made(metaclass=Meta):
        def __init__(self, value):
            park(value)

    Made(1)


@scenario
def metaclass_making():
    class Named:
        def __set_name__(self, owner, name):
            park()

    class Base:
        def __init_subclass__(cls, **options):
            super().__init_subclass__(**options)

    class Made(Base, option=1):
        value = Named()


@scenario
def new_and_init():
    class Made:
        def __new__(cls):
            made = object.__new__(cls)
            made.__init__()
            return made

        def __init__(self):
            park()

    Made()


@scenario
def super_and_descriptor():
    class Descriptor:
        def __get__(self, instance, owner):
            park()

        def __set__(self, instance, value):
            return self.__get__(instance, None)

    class Base:
        value = Descriptor()

    class Made(Base):
        def store(self):
            self.value = 1

    Made().store()


# --- lambdas, decorators, exec


@scenario
def lambdas():
    apply = lambda function: function()
    apply(lambda: apply(lambda: park()))


@scenario
def default_argument():
    def decorated(value=(lambda: park())()):
        return value


@scenario
def decorators():
    def outer(option):
        def decorate(function):
            @functools.wraps(function)
            def wrapper(*args, **options):
                return function(*args, **options)

            return wrapper

        return decorate

    @outer(1)
    @outer(
        option=2,
    )
    def decorated(value):
        park(value)

    decorated(1)


@scenario
def decorator_running():
    def decorate(function):
        park()

    @functools.lru_cache(None)
    @decorate
    def decorated():
        pass


@scenario
def executed_and_evaluated():
    exec("value = 1\ndef inner():\n    eval('park()')\n\ninner()", {"park": park})


@scenario
def no_file_name():
    exec(compile("\n\n[park() for _ in (1,)]", "", "exec"), {"park": park})


@scenario
def wrong_lines():
    # What ast tools and template engines make: lines that go back, and far.
    import ast

    tree = ast.parse("def jumping(value):\n    value = 1\n    value = 2\n    park(value)\njumping(0)\n")
    lines = iter((100000, 5, 70000, 3))
    for statement, line in zip(tree.body[0].body, lines):
        for node in ast.walk(statement):
            if hasattr(node, "lineno"):
                node.lineno = node.end_lineno = line
    exec(compile(tree, "<lines>", "exec"), {"park": park})


# --- names and paths


def renamed(code, name, filename):
    more = dict(co_qualname="Ο." + name) if PYTHON >= (3, 11) else {}
    return code.replace(co_name=name, co_filename=filename, **more)


NAMES = {
    "latin": ("naïve_ÿ", "/srv/café/ÿ.py"),
    "greek": ("λειτουργία", "/srv/φάκελος/αρχείο.py"),
    "wide": ("f_😀_\U00020000", "/srv/📦/\U0001f40d.py"),
    "mixed": ("aé漢😀", "/srv/a\u0301é漢😀.py"),
    "empty": ("", ""),
    "blanks": (" a\tb ", "/srv/with blank/a b.py"),
    "surrogate": ("f", "/srv/undecodable-\udcff\udce9.py"),
    "nul": ("f\x00g", "/srv/\x00.py"),
    "long": ("n" * 300, "/srv/" + "/".join(["d" * 200] * 5) + "/x.py"),
    "long_latin": ("é" * 300, "/srv/" + "é" * 1000 + ".py"),
    "long_wide": ("漢😀" * 400, "/srv/" + "😀" * 900 + ".py"),
    "very_long": ("v" * 4000, "/" + "p" * 4000),
}


def name_scenario(label, name, filename):
    def run():
        def plain():
            park()

        types.FunctionType(renamed(plain.__code__, name, filename), dict(park=park))()

    scenarios.append(("named_" + label, run))


for label, (name, filename) in NAMES.items():
    name_scenario(label, name, filename)


@scenario
def non_ascii_source():
    source = "class Καλάθι:\n    def überprüfe(self):\n        größe = 'é漢😀'; [größe, park(größe)]\nΚαλάθι().überprüfe()\n"
    path = os.path.join(HERE, "módulo_漢字_🐍.py")
    with open(path, "w", encoding="utf-8") as file:
        file.write(source)
    made(source, path)


@scenario
def importing():
    path = os.path.join(HERE, "imported_by_the_truth.py")
    with open(path, "w") as file:
        file.write("import __main__\n\n\ndef at_import():\n    __main__.park()\n\n\nat_import()\n")
    import imported_by_the_truth


# --- statements over several lines, long line tables


@scenario
def call_over_lines():
    max(
        1,
        max(
            2,
            park(
                3,
                4,
            )
            or 5,
        ),
    )


@scenario
def arguments_over_lines():
    def take(*args, **options):
        return args

    take(
        1,
        take(2),
        *[
            3,
            4,
        ],
        option=park(
        ),
        other=take(
            6
        ),
    )


@scenario
def chain_over_lines():
    class Query:
        def where(self, *_):
            return self

        def all(self):
            park()

    return (
        Query()
        .where(
            1
        )
        .where(2)
        .all()
    )


@scenario
def dictionary_over_lines():
    return {
        "a": 1,
        "b": [
            park()
            for _ in range(2)
            if True
        ],
        "c": 3,
    }


@scenario
def conditions_over_lines():
    if (
        1 == 1
        and 2 == 2
        and (
            park()
            or True
        )
    ):
        return 1


@scenario
def loop_headers():
    class Endless:
        def __iter__(self):
            return self

        def __next__(self):
            park()

    for value in [1, 2]:
        for inner in (
            Endless()
        ):
            print(inner)


@scenario
def backward_jump():
    class Condition:
        calls = 0

        def __bool__(self):
            Condition.calls += 1
            if Condition.calls == 3:
                park()
            return True

    condition = Condition()
    while condition:
        value = 1
        value += 1


@scenario
def assertion_message():
    assert False, park(
    )


@scenario
def subscripts_and_operators():
    class Number:
        def __add__(self, other):
            return self

        def __matmul__(self, other):
            park()

    value = [Number()]
    return (value[0] +
            1 +
            2) @ (
        value[0]
    )


@scenario
def one_line_many_statements():
    a = 1; b = 2; park(); c = 3
    return a, b, c


@scenario
def long_function():
    lines = ["def long():"] + ["    value = [%d, (%d, %d)]" % (n, n, n) for n in range(4000)] + ["    park()", "    return value", "long()"]
    made("\n".join(lines), "<long>")


@scenario
def long_function_with_gaps():
    lines = ["def gaps():"]
    for index in range(900):
        lines += ["    value = %d" % index] + [""] * (index % 300)
    made("\n".join(lines + ["    park()", "    return value", "gaps()"]), "<gaps>")


@scenario
def long_line():
    items = ", ".join("len(%r)" % ("é%d" % index) for index in range(2000))
    made("def wide(): return [%s, park(), %s]\nwide()" % (items, items), "<line>")


@scenario
def far_first_line():
    made("\n" * 70000 + "def far():\n" + "\n" * 40000 + "    park()\n\nfar()", "<far>")


@scenario
def very_far_column():
    made("def far(): return [" + " " * 70000 + "park()]\nfar()", "<column>")


@scenario
def long_expression_over_lines():
    items = ",\n".join(" " * (index % 150) + "len('%d')" % index for index in range(1500))
    made("def over():\n    return [\n%s,\npark(),\n%s]\nover()" % (items, items), "<over>")


if PYTHON >= (3, 10):

    @scenario
    def match_statement():
        made(
            "class Point:\n"
            "    __match_args__ = ('x', 'y')\n"
            "    x = 1\n"
            "    @property\n"
            "    def y(self):\n"
            "        park()\n"
            "def choose(value):\n"
            "    match value:\n"
            "        case [1, *_]:\n"
            "            return 1\n"
            "        case Point(1, 2):\n"
            "            return 2\n"
            "choose(Point())\n",
            "<match>",
        )


if PYTHON >= (3, 12):

    @scenario
    def type_parameters():
        made("def generic[T](value: T) -> T:\n    park()\nclass Box[T]:\n    def open[U](self):\n        generic(1)\nBox().open()\n", "<generic>")

    @scenario
    def type_parameters_evaluated():
        made("class Box[T = park()]:\n    pass\n" if PYTHON >= (3, 13) else "type Lazy = park()\n", "<evaluated>")
        made("type Lazy = [park()]\nLazy.__value__\n", "<lazy>")

    @scenario
    def formatted_over_lines():
        made("def text():\n    return f'''a {\n    park()\n    } b {\n    1}'''\ntext()\n", "<formatted>")


if PYTHON >= (3, 14):

    @scenario
    def annotations_evaluated():
        made("class Annotated:\n    value: park()\nAnnotated.__annotations__\n", "<annotated>")

    @scenario
    def template_string():
        made("def text():\n    return t'a {park()} b'\ntext()\n", "<template>")


# --- kinds of threads


def start_bare(function, *args):
    _thread.start_new_thread(function, args)


def bare():
    park()


def bare_with_a_name():
    threading.current_thread()
    park()


class Named(threading.Thread):
    def run(self):
        park()


# Interpreters of their own: what is known of each is told by itself, by way of a pipe.
SUB_SOURCE = """
import os, sys, threading
def tell(label):
    frames = []
    frame = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        frames.append([getattr(code, "co_qualname", code.co_name), code.co_filename, frame.f_lineno])
        frame = frame.f_back
    os.write({told}, (repr((threading.get_native_id(), label, frames)) + "\\n").encode())
def stay(label):
    tell(label); os.read({stop}, 1)
class Work:
    def step(self):
        [stay("main") for _ in range(1)]
threading.Thread(target=stay, args=("thread",), name="Untergebener", daemon=False).start()
Work().step()
"""


def interpreters_module():
    for name in ("_interpreters", "_xxsubinterpreters"):
        with contextlib.suppress(ImportError):
            return __import__(name)
    return None


def run_sub_interpreter(module, told, stop):
    # Up to 3.11 only one that is not isolated may start threads.
    interpreter = module.create(**(dict(isolated=False) if (3, 9) <= PYTHON < (3, 12) else {}))
    code = SUB_SOURCE.format(told=told, stop=stop)
    arrive()
    # From 3.13 on exec() is the name that takes a text; both do.
    answer = module.run_string(interpreter, code)
    if answer is not None:
        problems.append("sub-interpreter: %s" % (answer,))


def read_told(reader, count):
    text = b""
    while text.count(b"\n") < count and select.select([reader], [], [], 10)[0]:
        text += os.read(reader, 65536)
    return [eval(line) for line in text.decode().splitlines()]


# --- the truth


def positions(code, cache={}):
    # By identity: code objects that compare equal may differ in their columns.
    if id(code) not in cache:
        cache[id(code)] = (code, [column for _, _, column, _ in code.co_positions()])
    return cache[id(code)][1]


def describe(frame):
    code = frame.f_code
    told = {"function": getattr(code, "co_qualname", code.co_name), "file": code.co_filename, "line": frame.f_lineno or 0}
    if PYTHON >= (3, 11):
        column = positions(code)[frame.f_lasti // 2]
        if column is not None:
            told["column"] = column + 1
    return told


def stack(frame):
    frames = []
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    return frames


def standstill(own):
    """Frames of all threads, once two looks a moment apart find the same."""
    before = None
    while True:
        time.sleep(0.05)
        frames = {ident: stack(frame) for ident, frame in sys._current_frames().items() if ident != own}
        now = {ident: [(id(frame), frame.f_lasti) for frame in one] for ident, one in frames.items()}
        if now == before:
            return frames
        before = now


def names_by_ident():
    return {thread.ident: thread.name for thread in threading.enumerate()}


def write_truth(labels, sub):
    own = threading.get_ident()
    names = names_by_ident()
    threads = []
    for ident, frames in standstill(own).items():
        if ident not in parked:
            continue
        tid, exception = parked[ident]
        threads.append(dict(tid=tid, name=names.get(ident), exception=exception, label=labels.get(ident, "?"), frames=[describe(frame) for frame in frames]))
    mine = [describe(frame) for frame in stack(sys._getframe())]
    truth = dict(main=threading.main_thread().native_id, threads=threads, own=dict(tid=threading.get_native_id(), frames=mine), sub=sub)
    with open("truth.json.part", "w") as file:
        json.dump(truth, file)
    os.replace("truth.json.part", "truth.json")
    print("ready", flush=True)
    time.sleep(10**6)


def guarded(label, function):
    """No frame of its own shows a mistake in a scenario: whatever comes back is one."""
    function()
    if label != "finished":
        problems.append(label + " came back")


def watch(expected, labels, sub):
    deadline = time.time() + 20
    while len(parked) < expected and not problems:
        if time.time() > deadline:
            missing = [label for ident, label in labels.items() if ident not in parked]
            problems.append("only %d of %d are parked, not %s" % (len(parked), expected, missing))
        time.sleep(0.02)
    if problems:
        print(problems, file=sys.stderr, flush=True)
        os._exit(1)
    write_truth(labels, sub)


def report_error(arguments):
    problems.append("%s: %r" % (arguments.thread and arguments.thread.name, arguments.exc_value))


def main():
    # A collection at a standstill would run finalizers that no scenario means.
    gc.disable()
    threading.excepthook = report_error
    sys.path.insert(0, HERE)
    sys.setrecursionlimit(60000)
    labels = {}
    threads = []
    for label, function in scenarios:
        threading.stack_size(512 * 1024 * 1024 if label == "recursion_very_deep" else 16 * 1024 * 1024)
        thread = threading.Thread(target=guarded, args=(label, function), name=label, daemon=True)
        thread.start()
        threads.append(thread)
        labels[thread.ident] = label
    threading.stack_size(0)
    for name in ("Ünï-😀", "", "x" * 150, "λ" * 150, "a\x1b[31mred\u202e"):
        thread = Named(name=name, daemon=True)
        # An empty name given to the constructor means none.
        thread.name = name
        thread.start()
        labels[thread.ident] = "name " + ascii(name)
    start_bare(bare)
    start_bare(bare_with_a_name)
    start_bare(functools.partial(park, 1))
    sub = []
    count = len(scenarios) + 5 + 3 + 1
    module = interpreters_module()
    if module is not None:
        told, stop = os.pipe(), os.pipe()
        threading.Thread(target=run_sub_interpreter, args=(module, told[1], stop[0]), name="sub", daemon=True).start()
        sub = read_told(told[0], 2)
        count += 1
    threading.Thread(target=watch, args=(count, labels, sub), name="watch", daemon=True).start()
    # The main thread stands in a handler that interrupted it.
    signal.signal(signal.SIGUSR1, lambda *_: park())
    signal.raise_signal(signal.SIGUSR1)


main()
