"""Three threads, each with two chains of calls of its own, that pass the GIL on all the time."""

import sys
import threading
from itertools import repeat

import truth

sys.setswitchinterval(0.00002)


def chains(number):
    source = """
def a{0}(value):
    b{0}(value)
def b{0}(value):
    c{0}(value)
def c{0}(value):
    return value
def d{0}(value):
    e{0}(value)
def e{0}(value):
    f{0}(value)
def f{0}(value):
    return value
def turn{0}():
    for _ in repeat(None, 500):
        a{0}(1)
        d{0}(1)
def run{0}():
    while truth.more():
        turn{0}()
"""
    names = {"repeat": repeat, "truth": truth}
    exec(compile(source.format(number), "/made-up/chains_%d.py" % number, "exec"), names)
    return names["run%d" % number]


truth.begin(threads=3)
for number in (1, 2):
    threading.Thread(target=chains(number), daemon=True).start()
chains(3)()
