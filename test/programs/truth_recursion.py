"""f and g, 13 calls deep, each call by one of two lines: of 8,192 ways 64 are taken, so that a mixture of two is nearly always impossible."""

import random

import truth

WAYS = random.Random(1).sample(range(8192), 64)


def f(way, depth):
    if depth:
        if way & 1:
            f(way >> 1, depth - 1)
        else:
            g(way >> 1, depth - 1)


def g(way, depth):
    if depth:
        if way & 1:
            g(way >> 1, depth - 1)
        else:
            f(way >> 1, depth - 1)


def turn():
    for way in WAYS:
        f(way, 13)


truth.begin()
while truth.more():
    turn()
