"""Two chains of generators that alternate, entered from C by next(), by for, and by sum(): each has its own functions."""

from itertools import repeat

import truth


def leaf_a():
    return 1


def inner_a():
    while True:
        yield leaf_a()


def middle_a():
    yield from inner_a()


def outer_a():
    yield from middle_a()


def leaf_b():
    return 1


def inner_b():
    while True:
        yield leaf_b()


def middle_b():
    yield from inner_b()


def outer_b():
    yield from middle_b()


def leaf_c():
    return 1


def short_c():
    yield leaf_c()
    yield leaf_c()


def leaf_d():
    return 1


def short_d():
    yield leaf_d()
    yield leaf_d()


def alternate(a, b):
    for _ in repeat(None, 500):
        next(a)
        next(b)


def fresh():
    for _ in repeat(None, 200):
        for _ in short_c():
            pass
        for _ in short_d():
            pass
        sum(short_c())
        sum(leaf_d() for _ in (1, 2))


A, B = outer_a(), outer_b()
truth.begin()
while truth.more():
    alternate(A, B)
    fresh()
