"""What the agent's serialiser makes of plain values, of planted secrets, and what stays of an object when it is done.

Values are compared with what test/programs/locals_truth.py says of them, which is what `locals` is held against from outside.
Prints one JSON document.
"""

import gc
import json
import os
import sys
import threading
import types
import weakref

from ispyd.redaction.redactor import Redactor
from ispyd.values.holding import parked_count
from ispyd.values.serialise import Limits, Serialiser

here = os.path.dirname(os.path.abspath(__file__))
everything = Limits(depth=8, items=1_000, fields=200, characters=16_384, size_bytes=1 << 26, duration_ms=60_000)
wrong = []
counted = {"compared": 0, "planted": 0}


def load(name, *changes):
    """A program of this directory as the module that it takes itself for."""
    path = os.path.join(here, name)
    with open(path, encoding="utf-8") as file:
        source = file.read()
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    module = types.ModuleType("__main__")
    exec(compile(source, path, "exec"), module.__dict__)
    return module


def comparable(value):
    """Addresses and the order of attributes and sets do not count."""
    told = {name: content for name, content in value.items() if name != "address"}
    if "items" in told:
        told["items"] = [comparable(item) for item in told["items"]]
        if told["kind"] == "set":
            told["items"].sort(key=lambda item: json.dumps(item, sort_keys=True))
    if "entries" in told:
        told["entries"] = [[comparable(entry["key"]), comparable(entry["value"])] for entry in told["entries"]]
    if "fields" in told:
        told["fields"] = {field["name"]: comparable(field["value"]) for field in told["fields"]}
    return told


def check_truth():
    truth = load("locals_truth.py", ('if __name__ == "__main__":\n    begin()', ""))

    def compare(label, levels=1):
        for name, obj in dict(sys._getframe(1).f_locals).items():
            expected = json.dumps(comparable(truth.tell(obj, ())), sort_keys=True)
            del truth.ran[:]
            truth.HostileText.armed = True
            found = json.dumps(comparable(Serialiser(Redactor(b"k"), everything).value(obj, name)), sort_keys=True)
            truth.HostileText.armed = False
            counted["compared"] += 1
            if truth.ran or found != expected:
                wrong.append("%s %s: %s\n  in truth %s, and %s ran" % (label, name, found[:600], expected[:600], truth.ran))

    truth.stand = compare
    for one in truth.stands:
        one("from outside") if one is truth.stand_comprehension else one()
    truth.stand_cells("p", "c", "b", "rest", only="o", extra=1)


def planted():
    """Every variable of the program with the planted secrets, and some that only an agent meets."""
    silent = ('print("ready", flush=True)', "")
    source = load("locals_secrets.py", silent, ("threading.Event().wait()", ""), ("stand(SECRET, SECRET, token=SECRET)", ""))
    found = source.stand(source.SECRET, source.SECRET, token=source.SECRET)
    secret = source.SECRET
    module = types.ModuleType("settings")
    error = KeyError(b"password=" + secret.encode())
    error.__context__ = RuntimeError("postgres://u:%s@h/" % secret)
    found.update(
        environ={"DB_PASSWORD": secret, "DATABASE_URL": "mysql://u:%s@h/db" % secret},
        settings={"DATABASES": {"default": {"PASSWORD": secret, "OPTIONS": {"sslpassword": secret}}}, "SECRET_KEY": secret},
        scope={"headers": [(b"cookie", b"session=" + secret.encode()), (b"x-api-key", secret.encode())]},
        query=b"token=" + secret.encode() + b"&page=2",
        form="csrfmiddlewaretoken=%s&name=ann" % secret,
        body='{"password": "%s", "nested": {"api_key": ["%s"]}}' % (secret, secret),
        deep_error=error,
        class_named=type("password=" + secret, (), {})(),
        function_named=types.FunctionType((lambda: 1).__code__.replace(co_filename="/x?token=" + secret), {}, "f"),
        module_named=types.ModuleType("token=" + secret),
        keyed={("password", secret): 1, "x-token": bytearray(secret.encode())},
        kept_elsewhere=[{"password": secret}, ["harmless", secret, "and " + secret + " within"]],
        kept_before=[secret, {"password": secret}],
        numbers={"card_number": 4111111111111111, "pin": 1234},
        nested_bytes=[[b"Authorization: Bearer " + secret.encode() * 3]],
        module_itself=module,
    )
    return found


def check_secrets():
    cores = ["hunter2Zq9", "4111111111111111", "AKIAIOSFODNN7", "c2lnbmF0dXJlb2ZwbGFudGVk"]
    variables = planted()
    for limits in (everything, Limits(), Limits(characters=250), Limits(characters=12), Limits(depth=2, characters=16)):
        for name, obj in variables.items():
            # The name alone hides nothing here that stands under a harmless one.
            text = json.dumps(Serialiser(Redactor(b"k"), limits).value(obj, name))
            counted["planted"] += 1
            leaked = [core for core in cores if core in text or core[:6] in text]
            if leaked:
                wrong.append("%s leaks %s: %s" % (name, leaked, text[:400]))
    redactor = Redactor(b"k")
    Serialiser(redactor, everything).value(variables)
    totals = {total["rule"]: total["count"] for total in redactor.totals()}
    if totals.get("name: password", 0) < 5 or not all(type(count) is int for count in totals.values()):
        wrong.append("totals: %s" % totals)


class Mortal:
    """Tells in which thread it died."""

    deaths = []

    def __init__(self, **fields):
        self.__dict__.update(fields)

    def __del__(self):
        Mortal.deaths.append(threading.get_ident())


def check_lifetime():
    """Without the collector: what a walk referred to is gone with its last reference of the application's."""
    gc.collect()
    gc.disable()
    try:
        for label, interrupt in (("a walk", None), ("a walk that was interrupted", StopHere())):
            leaf = Mortal()
            made = [Mortal(inner=[leaf, {"a": Mortal()}], function=lambda leaf=leaf: leaf), type("Short", (Mortal,), {"__slots__": ("x",)})()]
            made[1].x = ValueError(Mortal())
            references = [weakref.ref(one) for one in [leaf, *made, made[0].inner[1]["a"], made[1].x.args[0]]]
            classes = weakref.ref(type(made[1]))
            kept = []
            try:
                kept.append(Serialiser(Redactor(b"k"), everything, interrupt).value(made, "made"))
            except Interrupted as error:
                kept.append(error)
            if (interrupt is None) != isinstance(kept[0], dict):
                wrong.append("%s ended with %r" % (label, kept[0]))
            made = leaf = None
            alive = [reference() for reference in references if reference() is not None]
            if alive:
                wrong.append("%s left %d objects alive" % (label, len(alive)))
            del alive
            gc.collect()
            if classes() is not None:
                wrong.append("%s left a class alive" % label)
    finally:
        gc.enable()


class Interrupted(BaseException):
    pass


class StopHere:
    """A check that lets a few values pass."""

    def __init__(self):
        self.calls = 0

    def __call__(self):
        self.calls += 1
        if self.calls > 1:
            raise Interrupted


def check_last_reference():
    """The application drops everything in the middle of the walk: it dies in a thread of the application's, not in the one that walked."""
    del Mortal.deaths[:]
    shop = [Mortal(number=number, items=[Mortal()]) for number in range(40)]
    walked = []

    def drop():
        if drop.calls == 2:
            del shop[:]
        drop.calls += 1

    drop.calls = 0

    def walk():
        serialiser = Serialiser(Redactor(b"k"), everything, drop)
        walked.append((threading.get_ident(), len(serialiser.value(shop)["items"]), len(Mortal.deaths), parked_count()))
        gc.collect()
        walked.append(len(Mortal.deaths))

    thread = threading.Thread(target=walk)
    thread.start()
    thread.join()
    (ident, shown, died, parked), died_in_its_collection = walked
    if shown != 40 or died or died_in_its_collection or parked == 0:
        wrong.append("dropped while walked: %s" % walked)
    gc.collect()
    if len(Mortal.deaths) != 80 or ident in Mortal.deaths or parked_count():
        wrong.append("after the collection: %d deaths, %d parked" % (len(Mortal.deaths), parked_count()))
    if any(callback.__module__.startswith("ispyd") for callback in gc.callbacks):
        wrong.append("a callback of the collector stays")


def check_asynchronous():
    """An exception that arrives from elsewhere passes through, whatever its class."""
    for kind in (KeyboardInterrupt, SystemExit, RuntimeError, AttributeError, Interrupted):

        def raise_it(kind=kind):
            raise kind("from elsewhere")

        try:
            Serialiser(Redactor(b"k"), everything, raise_it).value([1, {"a": 2}])
        except BaseException as error:
            if type(error) is not kind:
                wrong.append("%s became %r" % (kind, error))
        else:
            wrong.append("%s was swallowed" % kind)


def marks(document):
    """The texts of the vectors under a key that the other engine is given too."""
    found = []
    for vector in document["vectors"]:
        if vector["kind"] == "text":
            redactor = Redactor(b"key of the test")
            found.append([redactor.text(vector["input"].replace(document["joint"], "")), redactor.totals()])
    return found


if __name__ == "__main__":
    check_truth()
    check_secrets()
    check_lifetime()
    check_last_reference()
    check_asynchronous()
    with open(sys.argv[1], encoding="utf-8") as file:
        told = marks(json.load(file))
    print(json.dumps(dict(counted, wrong=wrong[:40], marks=told)))
