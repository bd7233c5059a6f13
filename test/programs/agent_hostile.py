"""Objects of every hostile kind, and what the agent's serialiser makes of them. Each piece of their code is a tripwire that records its name.

Prints one JSON document: what fired, what was slow, what did not come out as expected.
"""

import collections
import datetime
import decimal
import enum
import gc
import json
import sys
import threading
import time
import types
import unittest.mock
import uuid
import weakref

from ispyd.redaction.redactor import Redactor
from ispyd.values.serialise import Limits, Serialiser

armed = False
fired = []
wrong = []
counted = collections.Counter()
LONGEST_SECONDS = 2.0
MOST_BYTES = 64 * 1024


def tripwire(name, behaviour):
    def method(*arguments, **named):
        if not armed:
            return calm(name, *arguments, **named)
        fired.append("%s (%s)" % (name, behaviour))
        if behaviour == "raise":
            raise RuntimeError(name)
        if behaviour == "block":
            time.sleep(5)
        if behaviour == "recurse":
            return method(*arguments, **named)
        if behaviour == "allocate":
            return bytearray(1 << 28)
        return "a lie"

    return method


def calm(name, *arguments, **_named):
    """What Python itself does with an object while the program makes it."""
    if name == "__hash__":
        return 1
    if name == "__eq__":
        return arguments[0] is arguments[1]
    if name in ("__getattribute__", "__setattr__"):
        return getattr(type if issubclass(type(arguments[0]), type) else object, name)(*arguments)
    raise AttributeError(name)


DUNDERS = """__getattr__ __getattribute__ __repr__ __str__ __len__ __iter__ __eq__ __ne__ __lt__ __hash__ __bool__ __contains__ __getitem__
__call__ __format__ __bytes__ __int__ __index__ __float__ __complex__ __dir__ __sizeof__ __reduce__ __reduce_ex__ __instancecheck__
__subclasscheck__ __next__ __length_hint__ __reversed__ __missing__ __copy__ __deepcopy__ __await__ __fspath__ __abs__ __rshift__ __and__
__radd__ __add__ __mod__ keys items values get copy decode encode lower isoformat utcoffset tzname dst bit_length to_integral_value""".split()
BEHAVIOURS = ("raise", "block", "recurse", "lie", "allocate")


def namespace_of(behaviour, without=()):
    names = {name: tripwire(name, behaviour) for name in DUNDERS if name not in without}
    names["__class__"] = property(tripwire("__class__", behaviour))
    names["__dict__"] = property(tripwire("__dict__", behaviour))
    names["__module__"] = "shop.hostile"
    names["lazy"] = property(tripwire("lazy", behaviour))
    return names


def hostile_class(base, behaviour, **more):
    return type("Hostile", (base,), dict(namespace_of(behaviour), **more))


class Base:
    """Where `__dict__` is hidden by a property in a subclass, the getter of this one is genuine still."""


def instances(behaviour):
    """Pairs of a hostile object and the kind that it must come out as."""
    of = lambda base: hostile_class(base, behaviour)
    base = of(Base)
    plain = base.__new__(base)
    Base.__dict__["__dict__"].__get__(plain)["real"] = 1
    error = of(ValueError)("bad", 1)
    Slots = hostile_class(object, behaviour, __slots__=("filled", "empty"))
    slots = object.__new__(Slots)
    Slots.__dict__["filled"].__set__(slots, 3)
    named = collections.namedtuple("Named", "one two")
    mapping = of(dict)()
    dict.__setitem__(mapping, "a", 1)
    ordered = of(collections.OrderedDict)()
    dict.__setitem__(ordered, "a", 1)
    default = of(collections.defaultdict)(list)
    dict.__setitem__(default, "a", 1)
    zone = of(datetime.tzinfo)()
    return [
        (plain, "instance"),
        (slots, "instance"),
        (of(int)(7), "int"),
        (of(float)(1.5), "float"),
        (of(complex)(1, 2), "complex"),
        (str.__new__(of(str), "text"), "str"),
        (bytes.__new__(of(bytes), b"raw"), "bytes"),
        (of(bytearray)(b"raw"), "bytes"),
        (of(list)([1, 2]), "sequence"),
        (tuple.__new__(of(tuple), (1, 2)), "sequence"),
        (tuple.__new__(hostile_class(named, behaviour), (1, 2)), "sequence"),
        (of(set)([1, 2]), "set"),
        (of(frozenset)([1, 2]), "set"),
        (mapping, "mapping"),
        (ordered, "mapping"),
        (default, "mapping"),
        (of(collections.deque)([1, 2]), "sequence"),
        (error, "exception"),
        (of(KeyboardInterrupt)(), "exception"),
        (of(datetime.datetime)(2024, 1, 2, 3, 4, 5), "datetime"),
        (datetime.datetime(2024, 1, 2, tzinfo=zone), "datetime"),
        (datetime.time(1, 2, tzinfo=zone), "time"),
        (of(datetime.date)(2024, 1, 2), "date"),
        (of(datetime.timedelta)(1), "timedelta"),
        (of(decimal.Decimal)("1.5"), "decimal"),
        (of(types.ModuleType)("shop.module"), "module"),
        (of(weakref.ref)(Base), "weak reference"),
        (types.MethodType(lambda self: 1, plain), "function"),
        (of(Base), "type"),
    ]


def metaclasses(behaviour):
    """Classes whose own class lies about everything, and objects of such classes."""
    names = namespace_of(behaviour, without=("__call__",))
    for name in ("__mro__", "__bases__", "__base__", "__flags__", "__basicsize__", "__name__", "__doc__", "__subclasses__"):
        names[name] = property(tripwire("metaclass " + name, behaviour))
    meta = type("Meta", (type,), names)
    cls = type.__call__(meta, "Judged", (Base,), {"__module__": "shop.hostile"})
    child = type.__call__(meta, "Child", (cls,), namespace_of(behaviour))
    judged = object.__new__(cls)
    return [(cls, "type"), (child, "type"), (judged, "instance"), (object.__new__(child), "instance"), (meta, "type")]


class Word(str):
    """A key of a dict that claims to be any other."""

    def __eq__(self, other):
        if armed:
            fired.append("Word.__eq__")
        return str.__eq__(self, other)

    def __hash__(self):
        if armed:
            fired.append("Word.__hash__")
        return str.__hash__(self)

    __lt__ = __contains__ = __getitem__ = lower = encode = __len__ = tripwire("Word", "raise")


def with_hostile_keys():
    """str-subclass keys where look-ups would ask them: a dict, an instance's dict, a class's namespace, a module's."""
    instance, module = Base(), types.ModuleType("shop.keys")
    instance.__dict__[Word("real")] = 1
    instance.__dict__[Word("password")] = "hunter2Zq9"
    module.__dict__.clear()
    module.__dict__[Word("__name__")] = "shop.keys"
    module.__dict__["__getattr__"] = tripwire("module __getattr__", "raise")
    names = {Word(name): 1 for name in ("__module__x", "__dictionary__", "real")}
    names.update({Word("_fields"): ("a",), Word("__qualname"): 2, "__module__": "shop.keys"})
    cls = type("Keyed", (tuple,), names)
    enum_like = {Word("_value_"): 1, Word("_name_"): "x"}
    return [({Word("a"): 1, Word("b"): [2]}, "mapping"), (instance, "instance"), (module, "module"), (cls([1]), "sequence"), (cls, "type"), (enum_like, "mapping")]


class LazyProxy:
    """As the proxies of frameworks are: everything is asked of an object that is made when first needed."""

    def __init__(self):
        object.__setattr__(self, "_wrapped", None)

    def _make(self):
        if armed:
            fired.append("LazyProxy made its object")
        return 1

    def __getattr__(self, name):
        return getattr(self._make(), name)

    __class__ = property(lambda self: type(self._make()))
    __dict__ = property(lambda self: self._make())
    __repr__ = __str__ = lambda self: repr(self._make())
    __len__ = __iter__ = __eq__ = __hash__ = __bool__ = __call__ = lambda self, *rest: self._make()


class Color(enum.Enum):
    RED = Base()

    @property
    def name(self):
        fired.append("enum name")

    @property
    def value(self):
        fired.append("enum value")

    __repr__ = __str__ = __bool__ = __format__ = __getattr__ = tripwire("enum", "raise")


class Cached:
    """A descriptor of the application's in the class: it is named where it is a property, and never asked."""

    def __get__(self, obj, owner=None):
        if armed:
            fired.append("descriptor __get__")
        return 1

    __set__ = __delete__ = lambda self, *rest: None


class WithDescriptors(Base):
    plain = Cached()
    member = Base.__dict__["__dict__"]
    borrowed = types.FunctionType.__dict__["__code__"]
    __slots__ = ("slot",)


class HidingDict:
    """`__dict__` of another class: not this one's."""

    __slots__ = ("a",)
    __dict__ = Base.__dict__["__dict__"]

    def __init__(self):
        self.a = 1


def others():
    mock, magic = unittest.mock.Mock(name="shop"), unittest.mock.MagicMock()
    mock.attribute = 1
    module = types.ModuleType("shop.lazy")
    module.__getattr__ = tripwire("module __getattr__", "raise")
    module.__dir__ = tripwire("module __dir__", "raise")
    alive = Base()
    generator = (item for item in [fired.append] if item("generator"))
    identifier = hostile_class(uuid.UUID, "raise")
    made = object.__new__(identifier)
    if "int" in uuid.UUID.__dict__:
        uuid.UUID.__dict__["int"].__set__(made, 5)
    finder = type("Finder", (), {"__getattr__": tripwire("finder", "block"), "__set_name__": None})()
    kept.append(alive)
    return [
        (mock, "instance"),
        (magic, "instance"),
        (module, "module"),
        (LazyProxy(), "instance"),
        (weakref.proxy(alive), "opaque"),
        (generator, "generator"),
        (Color.RED, "enum"),
        (WithDescriptors(), "instance"),
        (HidingDict(), "instance"),
        (made, "instance"),
        (finder, "instance"),
        (memoryview(b"abc"), "opaque"),
        (iter([1]), "opaque"),
        (types.SimpleNamespace(a=1), "opaque"),
        (types.MappingProxyType({"a": 1}), "opaque"),
        (Base.__dict__["__dict__"], "opaque"),
    ]


kept = []


def serialise(label, obj, limits=None, **named):
    """The value, after the checks that hold for every answer."""
    global armed
    limits = limits or Limits(depth=4, items=50, fields=50, size_bytes=MOST_BYTES, duration_ms=1_000)
    serialiser = Serialiser(Redactor(b"k" * 32), limits)
    before = len(fired)
    armed = True
    started = time.monotonic()
    try:
        value = serialiser.value(obj, **named)
    except BaseException as error:
        value = {"kind": "raised", "type": "%s: %s" % (type(error).__name__, error)}
    seconds = time.monotonic() - started
    armed = False
    counted["answers"] += 1
    if fired[before:]:
        wrong.append("%s fired %s" % (label, fired[before:][:3]))
    if seconds > LONGEST_SECONDS:
        wrong.append("%s took %.1f s" % (label, seconds))
    text = json.dumps(value)
    if len(text) > 2 * limits.size_bytes:
        wrong.append("%s has %d bytes" % (label, len(text)))
    wrong.extend("%s holds a %s" % (label, one) for one in foreign_types(value))
    return value


def foreign_types(value):
    if type(value) is dict:
        return [one for key, item in value.items() for one in foreign_types(key) + foreign_types(item)]
    if type(value) is list:
        return [one for item in value for one in foreign_types(item)]
    return [] if type(value) in (str, int, bool) else [str(type(value))]


def check(label, obj, kind):
    """Alone, and in every place where an object can stand."""
    found = serialise(label, obj)
    if found["kind"] != kind:
        wrong.append("%s came out as %s" % (label, json.dumps(found)[:300]))
    holder = Base()
    holder.attribute = obj
    error = ValueError(obj)
    error.__cause__ = KeyError(obj)
    cell = (lambda: obj).__closure__
    places = [[obj], (obj, obj), {"a": obj}, {1: {"password": obj}}, holder, error, collections.deque([obj]), types.MethodType(len, obj), cell]
    for place in places:
        serialise(label + " inside a " + type(place).__name__, place)
    serialise(label + " hidden by its name", obj, name="password")
    try:
        keyed = {obj: 1}
        members = {obj}
    except Exception:
        # Not every object can be one.
        return found
    serialise(label + " as a key", keyed)
    serialise(label + " in a set", members)
    return found


def field(value, name):
    return next((one["value"] for one in value.get("fields", []) if one["name"] == name), None)


def check_tripwires():
    """That they fire at all: whoever asks an object in the usual ways is caught."""
    global armed
    ways = [repr, len, iter, hash, bool, dir, int, lambda obj: obj == 1, lambda obj: obj.x, lambda obj: isinstance(obj, str), lambda obj: obj.__dict__, vars]
    plain = instances("raise")[0][0]
    for number, way in enumerate(ways):
        armed = True
        try:
            way(plain)
        except Exception:
            pass
        armed = False
        if not fired:
            wrong.append("tripwire %d did not fire" % number)
        del fired[:]


def check_hostile():
    for behaviour in BEHAVIOURS:
        for number, (obj, kind) in enumerate(instances(behaviour) + metaclasses(behaviour)):
            found = check("%s %d that %ss" % (kind, number, behaviour), obj, kind)
            if number == 0 and field(found, "real") != {"kind": "int", "type": "int", "text": "1"}:
                wrong.append("the attribute of an object that hides its __dict__: %s" % json.dumps(found)[:300])
            if kind == "instance" and number < 2 and field(found, "lazy") != {"kind": "property", "type": "property"}:
                wrong.append("a property is not told: %s" % json.dumps(found)[:300])
    for number, (obj, kind) in enumerate(with_hostile_keys() + others()):
        check("other %d, %s" % (number, kind), obj, kind)
    mock = unittest.mock.Mock()
    serialise("mock", mock)
    if mock.mock_calls or mock._mock_children:
        wrong.append("a Mock was asked: %s %s" % (mock.mock_calls, mock._mock_children))


def check_huge():
    huge_int = 1 << 33_219_281
    found = serialise("huge int", huge_int)
    if found != {"kind": "int", "type": "int", "cut": True, "size": 10_000_001}:
        wrong.append("huge int: %s" % json.dumps(found)[:200])
    serialise("huge negative int", [-huge_int, type("Whole", (int,), {})(huge_int)])
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(640)
    digits = serialise("long int", -(7**18_000), Limits(characters=16_384))
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    if digits.get("text") != str(-(7**18_000)):
        wrong.append("an int of 15,000 digits: %s" % json.dumps(digits)[:200])
    found = serialise("huge str", "x" * 50_000_000)
    if (found["cut"], found["size"], len(found["text"])) != (True, 50_000_000, 256):
        wrong.append("huge str: %s" % json.dumps(found)[:200])
    serialise("huge bytes", bytes(50_000_000))
    serialise("huge bytearray", bytearray(50_000_000))
    serialise("huge list", [None] * 5_000_000)
    serialise("huge tuple", tuple(range(1_000_000)))
    serialise("huge dict", dict.fromkeys(range(1_000_000)))
    serialise("huge set", set(range(1_000_000)))
    serialise("huge decimal", [decimal.Decimal(10) ** 5, decimal.Decimal("1" * 100_000), decimal.Decimal("9" * 20_000)])
    serialise("wide", [[["text %d %d" % (one, two)] * 1_000 for two in range(30)] for one in range(30)], Limits(depth=8, items=1_000, size_bytes=MOST_BYTES))
    deep = []
    for _ in range(100_000):
        deep = [deep]
    serialise("deep", deep, Limits(depth=8))
    while deep:
        deep = deep[0]
    many = type("Many", (), {"property_%d" % index: property(lambda self: fired.append("property")) for index in range(5_000)})()
    many.__dict__.update({"attribute_%d" % index: index for index in range(50_000)})
    found = serialise("many attributes", many)
    if found.get("cut") is not True or len(found["fields"]) > 50:
        wrong.append("many attributes: %s" % json.dumps(found)[:200])
    bases = Base
    for index in range(300):
        bases = type("Deep%d" % index, (bases,), {})
    serialise("deep class", bases())


def check_limits():
    shown = Limits(depth=1, items=3, fields=2, characters=8, size_bytes=4_096)
    found = serialise("list", [[1], 2, 3, 4], shown)
    if (found["size"], len(found["items"]), found["items"][0]) != (4, 3, {"kind": "sequence", "type": "list", "items": [], "cut": True, "size": 1}):
        wrong.append("limits of a list: %s" % json.dumps(found))
    found = serialise("text", "0123456789", shown)
    if found != {"kind": "str", "type": "str", "text": "01234567", "cut": True, "size": 10}:
        wrong.append("limits of a text: %s" % json.dumps(found))
    serialiser = Serialiser(Redactor(b"k"), Limits(size_bytes=2_000, items=1_000, depth=3))
    found = serialiser.value([[index] for index in range(1_000)])
    if serialiser.reached != "size" or not 5 < len(found["items"]) < 100 or found["size"] != 1_000:
        wrong.append("the limit of size: %s %d" % (serialiser.reached, len(found["items"])))
    serialiser = Serialiser(Redactor(b"k"), Limits(duration_ms=0))
    time.sleep(0.01)
    if serialiser.value([1]) != {"kind": "left out", "type": ""} or serialiser.reached != "time":
        wrong.append("the limit of time")


class Mutated:
    pass


def check_mutated():
    """Containers that another thread changes at every moment of the walk."""
    mapping, members, queue, items, instance = {}, set(), collections.deque(), [], Mutated()
    stop = threading.Event()

    def change():
        index = 0
        while not stop.is_set():
            index += 1
            mapping[index] = members
            mapping.pop(index - 50, None)
            members.add(index)
            members.discard(index - 50)
            queue.append(index)
            items.append([index])
            if len(queue) > 60:
                queue.popleft()
            if len(items) > 60:
                del items[:30]
            setattr(instance, "a%d" % (index % 90), index)
            instance.__dict__.pop("a%d" % ((index + 40) % 90), None)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    thread = threading.Thread(target=change)
    thread.start()
    try:
        deadline = time.monotonic() + 1.0
        while time.monotonic() < deadline:
            for one in (mapping, members, queue, items, instance, [mapping, members, queue, items, instance]):
                found = serialise("mutated", one)
                if found["kind"] not in ("mapping", "set", "sequence", "instance"):
                    wrong.append("mutated: %s" % json.dumps(found)[:200])
                counted["mutated"] += 1
    finally:
        stop.set()
        thread.join()
        sys.setswitchinterval(interval)


def check_audit():
    """Nothing that an audit hook could hear of, save the file of a function."""
    heard = collections.Counter()
    listening = []
    sys.addaudithook(lambda event, arguments: heard.update([event]) if listening else None)
    objects = [one for one, kind in instances("raise") + metaclasses("raise") if kind != "function"]
    serialiser = Serialiser(Redactor(b"k"), Limits(size_bytes=1 << 20))
    listening.append(1)
    for obj in objects:
        serialiser.value(obj)
    del listening[:]
    if heard:
        wrong.append("audit hooks heard of %s" % dict(heard))


if __name__ == "__main__":
    check_tripwires()
    check_hostile()
    check_huge()
    check_limits()
    check_mutated()
    check_audit()
    gc.collect()
    print(json.dumps({"fired": len(fired), "wrong": wrong[:40], "answers": counted["answers"], "mutated": counted["mutated"]}))
