"""A Flask application and a Django site in one process, whose two workers differ in one setting and in one secret."""

import os
import types

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.utils.functional import SimpleLazyObject
from flask import Flask

try:
    os.close(os.open("first-worker", os.O_CREAT | os.O_EXCL))
    COLOUR, TOKEN = "green", "tr0ub4dor-of-the-first"
except FileExistsError:
    COLOUR, TOKEN = "red", "tr0ub4dor-of-the-second"


def evaluated():
    with open("evaluated", "a") as file:
        file.write("a lazy object was asked\n")
    return "evaluated"


class Hostile:
    """Every question that it is asked leaves a trace."""

    def __getattribute__(self, name):
        evaluated()
        return object.__getattribute__(self, name)

    def __repr__(self):
        return evaluated()

    __str__ = __repr__

    def __eq__(self, other):
        return bool(evaluated())

    def __hash__(self):
        return len(evaluated())

    def __bool__(self):
        return bool(evaluated())

    @property
    def __dict__(self):
        return {evaluated(): 1}


app = Flask(__name__)
app.config.update(
    SECRET_KEY="tr0ub4dor-flask",
    COLOUR=COLOUR,
    ORDERS_STORE="postgresql://shop:tr0ub4dor-pg@db.example/shop",
    SERVERS=["one", "two"],
    RATES={"vat": 19, "api_key": "tr0ub4dor-key"},
    LAZY=SimpleLazyObject(evaluated),
    HOSTILE=Hostile(),
)
PRICES = types.SimpleNamespace(tea=4, password="tr0ub4dor-price")
HOSTILE = app.config["HOSTILE"]

os.environ["DJANGO_SETTINGS_MODULE"] = "config_site"
SITE = get_wsgi_application()
assert settings.COLOUR == COLOUR and django.VERSION
with open("loaded-%d" % os.getpid(), "w"):
    pass
