"""Threads that stand still in frames with every kind of value, and what each variable holds as Python itself tells it.

The truth is written in the words of ispyd's JSON. Values of hostile classes count every call of their code: the file "ask" asks for the count.
"""

import asyncio
import collections
import dataclasses
import datetime
import decimal
import enum
import functools
import inspect
import json
import os
import sys
import threading
import time
import types
import typing
import uuid
import weakref

ran = []
truth = {}
hold = threading.Event()
ready = []
states = {"GEN_CREATED": "not started", "GEN_SUSPENDED": "suspended", "GEN_RUNNING": "running", "GEN_CLOSED": "closed"}


def stand(label, levels=1):
    """Tells the caller's variables, and those of its callers, and stands still."""
    frame = sys._getframe(1)
    told = []
    for _ in range(levels):
        told.append({"line": frame.f_lineno, "variables": tell_frame(frame)})
        frame = frame.f_back
    truth[label] = {"tid": threading.get_native_id(), "frames": told}
    del frame, told
    ready.append(label)
    hold.wait()


def tell_frame(frame):
    code = frame.f_code
    here = dict(frame.f_locals)
    counted = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 4) + bool(code.co_flags & 8)
    told = {}
    if code.co_flags & 1:
        for index, name in enumerate(code.co_varnames):
            kind = "argument" if index < counted else "cell" if name in code.co_cellvars else "local"
            told[name] = kind
        for name in code.co_cellvars:
            told.setdefault(name, "cell")
        for name in code.co_freevars:
            told[name] = "free"
    else:
        for name in code.co_freevars:
            here[name] = frame.f_back.f_locals[name]
        for name in here:
            told[name] = "cell" if name in code.co_cellvars else "free" if name in code.co_freevars else "namespace"
    return {name: {"kind": kind, "value": tell(here[name], ()) if name in here else {"kind": "unbound", "type": ""}} for name, kind in told.items()}


def type_name(cls):
    module = type.__getattribute__(cls, "__module__")
    name = type.__getattribute__(cls, "__name__")
    return name if module == "builtins" else module + "." + name


def tell(value, above):
    cls = type(value)
    name = type_name(cls)
    told = {"type": name}
    if id(value) in above:
        up = len(above) - max(index for index, one in enumerate(above) if one == id(value))
        return dict(told, kind="cycle", text="%d level%s up" % (up, "" if up == 1 else "s"))
    inner = above + (id(value),)
    if isinstance(cls, enum.EnumMeta):
        return dict(told, kind="enum", text=value._name_ or "", fields=[{"name": "value", "value": tell(value._value_, inner)}])
    for plain, kind, text in scalars:
        if issubclass(cls, plain):
            return dict(told, kind=kind, text=text(value))
    for plain, teller in holders:
        if issubclass(cls, plain):
            return dict(told, **teller(value, inner))
    return dict(told, **tell_instance(value, inner))


def tell_bytes(value):
    plain = bytes.join(b"", [value]) if issubclass(type(value), bytes) else bytes(value)
    return "".join("\\\\" if byte == 92 else chr(byte) if 32 <= byte < 127 else "\\x%02x" % byte for byte in plain)


def tell_integer(value):
    return int.__repr__(value)


scalars = [
    (type(None), "none", str),
    (bool, "bool", str),
    (int, "int", tell_integer),
    (float, "float", float.__repr__),
    (complex, "complex", complex.__repr__),
    (str, "str", lambda value: str.join("", [value])),
    (bytes, "bytes", tell_bytes),
    (bytearray, "bytes", tell_bytes),
    (decimal.Decimal, "decimal", decimal.Decimal.__str__),
    (uuid.UUID, "uuid", str),
    (datetime.timedelta, "timedelta", str),
    (types.ModuleType, "module", lambda value: value.__name__),
    (type, "type", type_name),
    (types.FunctionType, "function", lambda value: "%s (%s, line %d)" % (value.__qualname__, value.__code__.co_filename, value.__code__.co_firstlineno)),
    (types.BuiltinFunctionType, "function", lambda value: value.__name__),
    (types.GeneratorType, "generator", lambda value: value.__qualname__ + ", " + states[inspect.getgeneratorstate(value)]),
    (types.CoroutineType, "generator", lambda value: value.__qualname__ + ", " + states[inspect.getcoroutinestate(value).replace("CORO", "GEN")]),
    (types.AsyncGeneratorType, "generator", lambda value: value.__qualname__ + ", not started"),
    (weakref.ref, "weak reference", lambda value: "dead" if weakref.ref.__call__(value) is None else "to %s at %#x" % (type_name(type(weakref.ref.__call__(value))), id(weakref.ref.__call__(value)))),
]


def tell_time(kind):
    def teller(value, above):
        zone = value.tzinfo
        if zone is None or isinstance(zone, datetime.timezone):
            return {"kind": kind, "text": value.isoformat()}
        return {"kind": kind, "text": value.replace(tzinfo=None).isoformat(), "fields": [{"name": "tzinfo", "value": tell(zone, above)}]}

    return teller


def tell_sequence(iterate):
    def teller(value, above):
        names = getattr(type(value), "_fields", None)
        if names and isinstance(value, tuple):
            return {"kind": "sequence", "fields": [{"name": one, "value": tell(item, above)} for one, item in zip(names, iterate(value))]}
        return dict({"kind": "sequence", "items": [tell(item, above) for item in iterate(value)]}, **tell_extra(value, above))

    return teller


def tell_set(value, above):
    return {"kind": "set", "items": [tell(item, above) for item in (set if isinstance(value, set) else frozenset).__iter__(value)]}


def tell_mapping(value, above):
    entries = [{"key": tell(one, above), "value": tell(item, above)} for one, item in dict.items(value)]
    return dict({"kind": "mapping", "entries": entries}, **tell_extra(value, above))


def tell_exception(value, above):
    extra = []
    if value.__cause__ is not None:
        extra = [{"name": "__cause__", "value": tell(value.__cause__, above)}]
    elif value.__context__ is not None:
        extra = [{"name": "__context__", "value": tell(value.__context__, above)}]
    fields = extra + tell_fields(value, above)
    return dict({"kind": "exception", "items": [tell(item, above) for item in value.args]}, **({"fields": fields} if fields else {}))


def tell_method(value, above):
    function = value.__func__
    text = "%s (%s, line %d)" % (function.__qualname__, function.__code__.co_filename, function.__code__.co_firstlineno)
    return {"kind": "function", "text": text, "fields": [{"name": "self", "value": tell(value.__self__, above)}]}


holders = [
    (datetime.datetime, tell_time("datetime")),
    (datetime.date, lambda value, above: {"kind": "date", "text": value.isoformat()}),
    (datetime.time, tell_time("time")),
    (list, tell_sequence(list.__iter__)),
    (tuple, tell_sequence(tuple.__iter__)),
    (collections.deque, tell_sequence(collections.deque.__iter__)),
    (set, tell_set),
    (frozenset, tell_set),
    (dict, tell_mapping),
    (BaseException, tell_exception),
    (types.MethodType, tell_method),
]


def tell_extra(value, above):
    fields = tell_fields(value, above) if type(value).__flags__ & (1 << 9) and type(value).__module__ == "__main__" else []
    return {"fields": fields} if fields else {}


def tell_fields(value, above):
    cls = type(value)
    told = []
    for one in type.mro(cls):
        if "__dict__" in one.__dict__ and isinstance(one.__dict__["__dict__"], types.GetSetDescriptorType):
            own = one.__dict__["__dict__"].__get__(value)
            told += [{"name": name, "value": tell(item, above)} for name, item in dict.items(own)]
            break
    seen = set(one["name"] for one in told)
    properties = []
    for one in type.mro(cls):
        if one.__module__ != "__main__":
            continue
        for name, item in one.__dict__.items():
            if name in seen:
                continue
            if isinstance(item, types.MemberDescriptorType):
                seen.add(name)
                try:
                    told.append({"name": name, "value": tell(item.__get__(value), above)})
                except AttributeError:
                    told.append({"name": name, "value": {"kind": "unbound", "type": ""}})
            elif isinstance(item, property) or type(item).__name__ == "cached_property":
                seen.add(name)
                properties.append({"name": name, "value": {"kind": "property", "type": "property"}})
    return told + properties


def tell_instance(value, above):
    if type(value).__flags__ & (1 << 9) == 0 or type(value).__module__ not in ("__main__", "functools"):
        return {"kind": "opaque"}
    fields = tell_fields(value, above)
    return {"kind": "instance", "fields": fields} if fields else {"kind": "instance"}


# Classes


class Plain:
    def __init__(self, **fields):
        for name, item in fields.items():
            setattr(self, name, item)

    def total(self):
        return 1


class Empty:
    pass


class Slotted:
    __slots__ = ("first", "second", "missing")

    def __init__(self):
        self.first = 1
        self.second = ["two"]


class SlottedMore(Slotted):
    __slots__ = ("third", "__weakref__")

    def __init__(self):
        super().__init__()
        self.third = {"a": 1}


class SlotsAndDict(Slotted):
    def __init__(self):
        super().__init__()
        self.loose = 4


class Hostile:
    """Whatever is asked of it, its code would run, and be counted."""

    def __init__(self):
        object.__setattr__(self, "real", 1)

    @property
    def lazy(self):
        ran.append("property")
        return 1

    def __getattr__(self, name):
        ran.append("__getattr__ " + name)
        raise AttributeError(name)

    def __repr__(self):
        ran.append("__repr__")
        return "hostile"

    def __eq__(self, other):
        ran.append("__eq__")
        return True

    def __hash__(self):
        ran.append("__hash__")
        return 1

    def __len__(self):
        ran.append("__len__")
        return 3

    def __iter__(self):
        ran.append("__iter__")
        return iter(())

    def __bool__(self):
        ran.append("__bool__")
        return False


class GetAttribute:
    def __init__(self):
        self.kept = "here"

    def __getattribute__(self, name):
        ran.append("__getattribute__ " + name)
        return object.__getattribute__(self, name)


class HostileDict(dict):
    def _run(self, *arguments):
        ran.append("dict")
        raise RuntimeError

    __iter__ = __repr__ = __len__ = __getitem__ = __contains__ = items = keys = values = get = __eq__ = __bool__ = _run


class HostileList(list):
    def _run(self, *arguments):
        ran.append("list")
        raise RuntimeError

    __iter__ = __repr__ = __len__ = __getitem__ = __contains__ = __eq__ = __bool__ = _run


class HostileText(str):
    armed = False

    def __eq__(self, other):
        if HostileText.armed:
            ran.append("str __eq__")
        return str.__eq__(self, other)

    def __hash__(self):
        if HostileText.armed:
            ran.append("str __hash__")
        return str.__hash__(self)

    def __repr__(self):
        ran.append("str __repr__")
        return "x"

    __str__ = __repr__


class WithCached:
    def __init__(self):
        self.base = 2

    @property
    def computed(self):
        ran.append("computed")
        return self.base

    @functools.cached_property
    def later(self):
        ran.append("later")
        return 3


@dataclasses.dataclass
class Order:
    number: int
    lines: list = dataclasses.field(default_factory=list)
    note: typing.Optional[str] = None


Point = collections.namedtuple("Point", "x y")


class Place(typing.NamedTuple):
    city: str
    rank: int = 3


class Color(enum.Enum):
    RED = 1
    GREEN = "g"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 9


class Mode(enum.Flag):
    READ = 1
    WRITE = 2


class Whole(int):
    pass


class Text(str):
    pass


class Raw(bytes):
    pass


class Real(float):
    pass


class Rows(list):
    pass


class Pair(tuple):
    pass


class Table(dict):
    pass


class Broken(ValueError):
    def __init__(self, message, detail):
        super().__init__(message, detail)
        self.detail = detail


# Frames


def stand_scalars():
    nothing = None
    yes, no = True, False
    zero, one, minus = 0, 1, -1
    limits = [2**30 - 1, 2**30, -(2**30), 2**31, 2**60, -(2**60), 2**63, 2**64, 10**50, -(10**50)]
    large = 7**3000
    whole = Whole(12345678901234567890)
    reals = [0.0, -0.0, 0.1, 1.0, 1e15, 1e16, 1.5e16, 123456789012345680.0, 1e22, 1e-4, 1e-5, 1.5e-7, 5e-324, 1.7976931348623157e308, float("inf"), float("-inf"), float("nan"), 1 / 3, 100.0, -2.5]
    real = Real(2.25)
    complexes = [1j, 1 + 2j, -1.5 - 2j, complex(0.0, -0.0), complex(-0.0, 1), complex(float("inf"), float("nan")), 1e20 + 1e-7j]
    empty = ""
    ascii_text = "plain text"
    latin = "caf\xe9"
    two_bytes = "\u0416\u4e2d \u20ac"
    four_bytes = "\U0001f600 and \U0001f409"
    lone = "\ud800x"
    controls = "a\nb\t\x00\x1b[31m\u202e"
    long_text = "ab\u0416" * 4000
    text_subclass = Text("own \u0416")
    some_bytes = b"\x00\x01abc\\\xff'"
    utf8_bytes = "\u0416".encode()
    no_bytes = b""
    array = bytearray(b"shift me now")
    del array[:6]
    raw = Raw(b"raw")
    decimals = [decimal.Decimal(text) for text in "0 -0 0.00 1 -1.50 3.14159 1E+10 1E-10 0.000001 0.0000001 123456789012345678901234567890.123456789 1E-28 NaN -NaN Infinity -Infinity sNaN 0E+3 1.0E+20 9999999999999999999 10000000000000000000".split()]
    large_decimal = decimal.Decimal(3) ** 60 / 7
    identifier = uuid.UUID("12345678-1234-5678-1234-00005678abcd")
    small_identifier = uuid.UUID(int=7)
    day = datetime.date(2024, 2, 29)
    moment = datetime.datetime(1999, 12, 31, 23, 59, 58, 120)
    bare_moment = datetime.datetime(2024, 1, 2)
    fixed = datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    east = datetime.datetime(2024, 1, 2, 3, 4, 5, 6, tzinfo=datetime.timezone(datetime.timedelta(hours=5, minutes=30)))
    west = datetime.datetime(2024, 1, 2, 3, tzinfo=datetime.timezone(datetime.timedelta(hours=-3, minutes=-30), "W"))
    clock = datetime.time(7, 8, 9, 10)
    clock_zone = datetime.time(7, 8, tzinfo=datetime.timezone.utc)
    spans = [datetime.timedelta(0), datetime.timedelta(days=1, seconds=3723), datetime.timedelta(days=-1, microseconds=5), datetime.timedelta(days=400, milliseconds=1)]
    stand("scalars")


def stand_containers():
    empty_list, empty_tuple, empty_dict, empty_set = [], (), {}, set()
    nested = [1, [2, [3, (4, {"five": 6})]], None]
    single = ("only",)
    point = Point(1, "two")
    place = Place("Rome")
    rows, pair, table = Rows([1, 2]), Pair([1, 2]), Table(a=1)
    rows.title = "own attribute"
    table.title = "own attribute"
    numbers = {3, 1, 2}
    words = {"x", "y", "zebra"}
    frozen = frozenset([1, (2, 3)])
    emptied = set(range(100))
    for number in range(99):
        emptied.discard(number)
    plain = {"a": 1, "b": [2], "c": {"d": None}}
    mixed = {1: "int", None: "none", (1, 2): "tuple", b"raw": "bytes", 2.5: "float", "text": "str", True: "replaced"}
    holes = {number: number * 2 for number in range(40)}
    for number in range(0, 40, 2):
        del holes[number]
    del number
    large = {"n%d" % index: index for index in range(700)}
    ordered = collections.OrderedDict([("z", 1), ("a", 2)])
    default = collections.defaultdict(list, {"q": [1]})
    counter = collections.Counter("abca")
    queue = collections.deque(range(150))
    for _ in range(70):
        queue.popleft()
    queue.appendleft("front")
    del _
    bounded = collections.deque("abc", maxlen=2)
    no_queue = collections.deque()
    itself = [1]
    itself.append(itself)
    ring = {"inner": {}}
    ring["inner"]["outer"] = ring
    hostile_dict = HostileDict(a=1)
    dict.__setitem__(hostile_dict, "b", [2])
    hostile_list = HostileList([1, 2])
    hostile_words = {HostileText("first"): 1, HostileText("second"): 2}
    stand("containers")


def stand_objects():
    plain = Plain(a=1, b="two", nested=Plain(c=[3]))
    sibling = Plain(other=5)
    converted = Plain(a=1)
    converted.__dict__["added later"] = 2
    many = Plain(**{"field%d" % index: index for index in range(60)})
    emptied = Plain(a=1, b=2)
    del emptied.a
    empty = Empty()
    order = Order(7, ["x"], note="n")
    slotted, slotted_more, slots_and_dict = Slotted(), SlottedMore(), SlotsAndDict()
    hostile = Hostile()
    get_attribute = GetAttribute()
    cached = WithCached()
    whole = Whole(5)
    whole.unit = "kg"
    itself = Plain()
    itself.own = itself
    error = ValueError("bad", 3)
    bare_error = KeyError()
    system_error = OSError(2, "not there", "/x")
    broken = Broken("message", detail={"a": 1})
    try:
        try:
            raise KeyError("inner")
        except KeyError as caught:
            raise RuntimeError("outer") from caught
    except RuntimeError as caught_chained:
        chained = caught_chained
    try:
        try:
            raise KeyError("first")
        except KeyError:
            raise TypeError("second")
    except TypeError as caught_context:
        context = caught_context
    red, green, low, modes, both = Color.RED, Color.GREEN, Level.LOW, Mode.READ, Mode(3)
    function = stand_objects
    unnamed = lambda: 1  # noqa
    method = sibling.total
    builtin, builtin_method = len, "text".upper
    module, submodule = json, os.path
    some_type, own_type, exception_type = int, Plain, ValueError
    generator = (item for item in (1, 2))
    started = numbers()
    next(started)
    finished = numbers()
    list(finished)
    coroutine = waits()
    asynchronous = async_numbers()
    reference = weakref.ref(plain)
    gone = weakref.ref(Plain())
    thing = object()
    iterator = iter([1])
    view = memoryview(b"abc")
    a_property = Hostile.__dict__["lazy"]
    stand("objects")
    coroutine.close()


def numbers():
    yield 1
    yield 2


async def waits():
    await asyncio.sleep(0)


async def async_numbers():
    yield 1


def stand_cells(plain, captured, both=3, *rest, only, only_captured="oc", **others):
    local = "local"
    shared = ["shared"]
    unset: int
    removed = 1
    del removed
    late = None

    def inside(argument):
        own = argument * 2
        kept = (captured, only_captured, shared, late)

        def deeper():
            nonlocal late
            late = kept
            return own + argument

        stand("cells", levels=2)
        return deeper

    if plain == "never":
        unset = local
        unbound_shared = 1
    inside("arg")
    return lambda: (unbound_shared, unset)


def stand_comprehension(outer):
    items = ("one",)
    return [[stand("comprehension", levels=1 if sys.version_info >= (3, 12) else 2), outer, item] for item in items]


def stand_generator():
    def produce(limit):
        count = 41
        for index in range(limit):
            count += 1
            stand("generator")
            yield index

    for _ in produce(3):
        pass


def stand_coroutine():
    async def outer():
        value = "outer value"
        await inner(value)

    async def inner(passed):
        own = [passed]
        stand("coroutine", levels=2)

    asyncio.run(outer())


def stand_class():
    around = "around"

    class Body:
        name = "in the body"
        size = 3

        def method(self):
            return around, __class__

        stand("class", levels=2)


def stand_super():
    class Derived(Plain):
        def __init__(self):
            super().__init__(a=1)
            stand("super")

    Derived()


stands = [stand_scalars, stand_containers, stand_objects, stand_comprehension, stand_generator, stand_coroutine, stand_class, stand_super]


def answer():
    while not os.path.exists("ask"):
        time.sleep(0.02)
    with open("ran.json.new", "w") as file:
        json.dump(ran, file)
    os.rename("ran.json.new", "ran.json")


def begin():
    for one in stands:
        arguments = ("from outside",) if one is stand_comprehension else ()
        threading.Thread(target=one, args=arguments, name=one.__name__, daemon=True).start()
    threading.Thread(target=stand_cells, args=("p", "c", "b", "rest1", "rest2"), kwargs={"only": "o", "extra": 1}, name="stand_cells", daemon=True).start()
    while len(ready) < len(stands) + 1:
        time.sleep(0.01)
    HostileText.armed = True
    del ran[:]
    threading.Thread(target=answer, daemon=True).start()
    with open("truth.json", "w") as file:
        json.dump(truth, file)
    print("ready", flush=True)
    hold.wait()


if __name__ == "__main__":
    begin()
