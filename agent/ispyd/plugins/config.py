"""Configuration as the process has it: Django's settings, Flask's and Quart's config, the environment, any name of a loaded module."""

from fnmatch import fnmatchcase
from typing import Any, Dict, List

from ispyd.plugin import Context, InvalidArgument, SerialisedValue, command
from ispyd.plugins import process
from ispyd.python_facts import settings, shapes
from ispyd.python_facts.borrowed import Borrowed, borrowing

_PATTERN_AND_LIMIT: Dict[str, Dict[str, Any]] = {"pattern": {"x-positional": True}, "limit": {"minimum": 1, "maximum": 20_000}}


@command(
    shape="table",
    level="capture",
    columns=["name", "value", "from"],
    parameters=_PATTERN_AND_LIMIT,
    examples=[('config django shop --reason "why you need it"', "the settings of the application, workers that differ marked")],
)
def django(context: Context, pattern: str = "*", defaults: bool = False, limit: int = 500) -> List[Dict[str, Any]]:
    """Django's settings, without their secrets

    Parameters:
    pattern: names to show, with * and ? as in a shell
    defaults: also those that the application left as Django has them
    limit: most rows that are shown
    """

    def read(borrowed: Borrowed) -> List[Dict[str, Any]]:
        found = _matching(settings.django_settings(borrowed), pattern, defaults)
        context.cut("settings", min(limit, len(found)), len(found))
        return [dict(_row(context, one), **{"from": "application" if one.own else "Django"}) for one in found[:limit]]

    return borrowing(read)


@command(
    shape="table",
    level="capture",
    columns=["application", "name", "value"],
    parameters=_PATTERN_AND_LIMIT,
    examples=[("config flask shop 'SQLALCHEMY_*' --reason \"why you need it\"", "part of the config, passwords hidden")],
)
def flask(context: Context, pattern: str = "*", defaults: bool = False, limit: int = 500) -> List[Dict[str, Any]]:
    """The config of each Flask or Quart application, without its secrets

    Parameters:
    pattern: names to show, with * and ? as in a shell
    defaults: also those that the application left as the framework has them
    limit: most rows that are shown
    """

    def read(borrowed: Borrowed) -> List[Dict[str, Any]]:
        found = _matching(settings.flask_settings(borrowed, context), pattern, defaults)
        context.cut("settings", min(limit, len(found)), len(found))
        return [dict(_row(context, one), application=one.owner) for one in found[:limit]]

    return borrowing(read)


@command(
    shape="table",
    level="capture",
    columns=["name", "value"],
    parameters=_PATTERN_AND_LIMIT,
    examples=[("config environment shop 'DB_*' --reason \"why you need it\"", "the variables whose names begin with DB_, passwords hidden")],
)
def environment(context: Context, pattern: str = "*", limit: int = 500) -> List[Dict[str, str]]:
    """Environment variables as the process has them now, without their secrets

    Parameters:
    pattern: names to show, with * and ? as in a shell
    limit: most rows that are shown
    """
    return process.environ(context, pattern, limit)


@command(
    shape="value",
    level="capture",
    examples=[('config value shop shop.pricing:RATES.vat --reason "why you need it"', "one item of a dict that the module shop.pricing holds")],
)
def value(context: Context, place: str) -> Dict[str, Any]:
    """One value that a loaded module holds, without its secrets

    Nothing is imported or asked: properties, slots and what a `__getattr__` would answer can't be read.

    Parameters:
    place: MODULE:ATTRIBUTE, with further names of attributes or keys after dots
    """

    def read(borrowed: Borrowed) -> SerialisedValue:
        found = settings.value_at(borrowed, context, place)
        return context.value(found.value, found.name)

    return borrowing(read)


@command(
    shape="table",
    columns=["name", "type", "fingerprint"],
    parameters=_PATTERN_AND_LIMIT,
    examples=[("config shape shop django", "in which settings the workers of shop differ, without any value")],
)
def shape(context: Context, source: str, pattern: str = "*", defaults: bool = False, limit: int = 500) -> List[Dict[str, str]]:
    """Types and fingerprints of configuration, instead of its values

    Equal fingerprints of the same name are equal values, as far as six levels deep. They can be compared within one answer, among workers that were forked
    from one master; workers without a common master always differ.

    Parameters:
    source: django, flask, environment, or MODULE:ATTRIBUTE
    pattern: names to show, with * and ? as in a shell
    defaults: also what the application left as the framework has it
    limit: most rows that are shown
    """

    def read(borrowed: Borrowed) -> List[Dict[str, str]]:
        found = _matching(_source(borrowed, context, source), pattern, defaults)
        context.cut("names", min(limit, len(found)), len(found))
        fingerprints = shapes.Shapes(context)
        return [fingerprints.of(one.name, one.value) for one in found[:limit]]

    return borrowing(read)


def _source(borrowed: Borrowed, context: Context, source: str) -> List[settings.Setting]:
    if source == "django":
        return settings.django_settings(borrowed)
    if source == "flask":
        found = settings.flask_settings(borrowed, context)
        several = len({one.owner for one in found}) > 1
        return [one._replace(name="%s %s" % (one.owner, one.name)) if several else one for one in found]
    if source == "environment":
        return [settings.Setting("", name, text, True) for name, text in process.environment_texts()]
    if ":" in source:
        return [settings.Setting("", source, settings.value_at(borrowed, context, source).value, True)]
    raise InvalidArgument("%s is no source" % context.text(source[:200]), "django, flask, environment, or MODULE:ATTRIBUTE")


def _matching(found: List[settings.Setting], pattern: str, defaults: bool) -> List[settings.Setting]:
    return [one for one in found if fnmatchcase(one.name, pattern) and (defaults or one.own)]


def _row(context: Context, setting: settings.Setting) -> Dict[str, Any]:
    context.check()
    return {"name": setting.name, "value": context.value(setting.value, setting.name)}
