"""Says what Python itself knows of this process, for the plugins python and logging to be compared with, then waits."""

import functools
import gc
import json
import logging
import logging.handlers
import os
import sys
import threading
import time
import types

sys.argv[1:] = ["--password", "tr0ub4dor-and-3", "--port", "80"]


@functools.lru_cache(maxsize=3)
def fibonacci(number):
    return number if number < 2 else fibonacci(number - 1) + fibonacci(number - 2)


class Prices:
    @staticmethod
    @functools.lru_cache(maxsize=None)
    def of(article):
        return article


class Parcel:
    pass


class Tripwire(types.ModuleType):
    """A module that answers by code; none of it may run."""

    def __getattribute__(self, name):
        fired.append(name)
        return types.ModuleType.__getattribute__(self, name)


fired = []
sys.modules["tripwire"] = Tripwire("tripwire")
del fired[:]
shop = types.ModuleType("shop_of_the_test")
shop.__version__ = "4.7.11"
sys.modules[shop.__name__] = shop
fibonacci(20)
Prices.of("tea")
parcels = [Parcel() for _ in range(321)]


def waits_in_here(event):
    event.wait()


def churn():
    while True:
        cycle = []
        cycle.append(cycle)
        gc.collect()
        time.sleep(0.02)


logging.basicConfig(level=logging.ERROR)
logging.getLogger("shop.orders").setLevel(logging.DEBUG)
logging.getLogger("shop.orders.lines")
logging.getLogger("shop.mail").addHandler(logging.handlers.SMTPHandler("mail.example", "a@shop.example", ["b@shop.example"], "late", ("u", "tr0ub4dor-and-3")))
logging.getLogger("shop.quiet").disabled = True
logging.getLogger("shop.audit").addHandler(logging.FileHandler("audit.log"))
logging.getLogger("shop.audit").propagate = False
logging.disable(logging.DEBUG)

threading.Thread(target=waits_in_here, args=(threading.Event(),), name="parked", daemon=True).start()
threading.Thread(target=churn, name="churn", daemon=True).start()
time.sleep(0.1)

loggers = {name: one for name, one in logging.Logger.manager.loggerDict.items() if isinstance(one, logging.Logger)}
truth = {
    "version": sys.version,
    "platform": sys.platform,
    "prefix": sys.prefix,
    "executable": sys.executable,
    "path": sys.path,
    "defaultencoding": sys.getdefaultencoding(),
    "filesystemencoding": sys.getfilesystemencoding(),
    "maxsize": sys.maxsize,
    "maxunicode": sys.maxunicode,
    "flags": {name: getattr(sys.flags, name) for name in dir(sys.flags) if name[0] != "_" and not callable(getattr(sys.flags, name)) and name[:2] != "n_"},
    "modules": sorted(sys.modules),
    "json": json.__file__,
    "thresholds": gc.get_threshold(),
    "caches": {"fibonacci": fibonacci.cache_info()._asdict(), "prices": Prices.of.cache_info()._asdict()},
    "threads": {thread.name: [thread.ident, thread.native_id] for thread in threading.enumerate()},
    "effective": {name: logging.getLevelName(one.getEffectiveLevel()) for name, one in loggers.items()},
    "blocks": sys.getallocatedblocks(),
}
with open("truth.json", "w") as file:
    json.dump(truth, file)
# What a test asks for at a later time: a lock of the application's that is held for ever.
print("ready", flush=True)
while True:
    time.sleep(0.05)
    if os.path.exists("hold-logging"):
        os.remove("hold-logging")
        logging._lock.acquire()
        for reference in tuple(logging._handlerList):
            reference().acquire()
        print("holds logging", flush=True)
    if os.path.exists("hold-imports"):
        os.remove("hold-imports")
        sys.modules["_imp"].acquire_lock()
        print("holds imports", flush=True)
    if os.path.exists("facts"):
        os.remove("facts")
        print("facts %s" % json.dumps({"fired": fired, "callbacks": len(gc.callbacks)}), flush=True)
