"""a calls b calls c, then d calls e calls f, in turns and with frames of one size: nothing of the one may be above or below the other."""

from itertools import repeat

import truth


def a(value):
    b(value)


def b(value):
    c(value)


def c(value):
    return value


def d(value):
    e(value)


def e(value):
    f(value)


def f(value):
    return value


def turn():
    # An iterator without a counter in the frame: the two halves are the only thing that changes.
    for _ in repeat(None, 2000):
        a(1)
        d(1)


truth.begin()
while truth.more():
    turn()
