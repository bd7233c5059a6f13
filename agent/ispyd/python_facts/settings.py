"""Where an application keeps its configuration, found and read without asking it: Django's settings, the config of Flask and Quart applications,
the environment, and anything a loaded module holds under a name.

Sources: django.conf of Django 3 to 6 (LazySettings, Settings, UserSettingsHolder), flask.config and quart.config (a dict in `app.config`).
"""

import sys
from typing import Any, Dict, Iterator, List, NamedTuple, Tuple

from ispyd.plugin import CommandFailed, Context, InvalidArgument
from ispyd.python_facts.borrowed import Borrowed, is_class, is_instance_of, is_module, text
from ispyd.values import genuine
from ispyd.values.genuine import identity

_APPLICATIONS = ("flask.app.Flask", "quart.app.Quart")
_LAZY_OBJECT = ("django.utils.functional.LazyObject",)
# override_settings() and settings.configure() put holders around holders.
_MOST_HOLDERS = 20


class Setting(NamedTuple):
    # "django", or where the application is: "shop:app".
    owner: str
    name: str
    value: Any
    # Whether the application set it, rather than the framework.
    own: bool


def django_settings(borrowed: Borrowed) -> List[Setting]:
    """Raises CommandFailed where Django has none yet."""
    lazy = borrowed.module("django.conf").get("settings")
    if lazy is None:
        raise CommandFailed("Django is not loaded in this process")
    holder = borrowed.attributes(lazy).get("_wrapped")
    values: Dict[str, Setting] = {}
    for own, is_default in _holders(borrowed, holder):
        explicit = _explicit_names(own)
        for name, value in own.items():
            if name.isupper() and name not in values:
                values[name] = Setting("django", name, value, name in explicit if explicit is not None else not is_default)
    if not values:
        raise CommandFailed("Django's settings are not loaded yet", "Django loads them when the application first asks for one")
    return [values[name] for name in sorted(values)]


def _holders(borrowed: Borrowed, holder: Any) -> Iterator[Tuple[Dict[str, Any], bool]]:
    """What each holder has, the outermost first, and whether it is Django's module of defaults."""
    for _step in range(_MOST_HOLDERS):
        own = borrowed.names(holder) if is_module(holder) else borrowed.attributes(holder)
        yield own, is_module(holder)
        if "default_settings" not in own:
            return
        holder = own["default_settings"]


def _explicit_names(own: Dict[str, Any]) -> Any:
    """Those that the application's settings module has; None where that is not told."""
    found = own.get("_explicit_settings")
    return frozenset(name for name in tuple(found) if type(name) is str) if type(found) is set else None


def flask_settings(borrowed: Borrowed, context: Context) -> List[Setting]:
    """Of each application that a loaded module holds. Raises CommandFailed where there is none."""
    found: List[Setting] = []
    for place, application in _flask_applications(borrowed, context):
        config = borrowed.entries(borrowed.attributes(application).get("config"))
        defaults = _flask_defaults(borrowed, application)
        for name in sorted(config):
            value = config[name]
            own = name not in defaults or not _is_same_plain(defaults[name], value)
            found.append(Setting(place, name, value, own))
    if not found:
        raise CommandFailed("no loaded module holds a Flask or Quart application", "config value MODULE:ATTRIBUTE shows any object that a module holds")
    return found


def _flask_applications(borrowed: Borrowed, context: Context) -> List[Tuple[str, Any]]:
    """Those that the agent saw being made first, named after the module where they are found; each once."""
    places: Dict[int, Tuple[str, Any]] = {}
    for module, obj in borrowed.entries(sys.modules).items():
        context.check()
        for name, value in borrowed.names(obj).items():
            if identity(value) not in places and not is_class(value) and is_instance_of(value, _APPLICATIONS):
                places[identity(value)] = ("%s:%s" % (module, name), value)
    for application in _noted_applications(borrowed):
        if identity(application) not in places:
            name = text(borrowed.attributes(application).get("import_name"))
            places[identity(application)] = ("an application of %s" % name, application)
    return sorted(places.values(), key=lambda place: place[0])


def _noted_applications(borrowed: Borrowed) -> List[Any]:
    """The recorder keeps weak references to applications that no module may hold, such as those of a factory."""
    found = []
    for reference in borrowed.items(borrowed.module("ispyd.recording.routes_of_requests").get("flask_applications")):
        application = reference()
        if application is not None:
            borrowed.keep([application])
            found.append(application)
    return found


def _flask_defaults(borrowed: Borrowed, application: Any) -> Dict[str, Any]:
    for cls in genuine.mro_of(type(application)):
        found = borrowed.class_names(cls).get("default_config")
        if found is not None:
            return borrowed.entries(found)
    return {}


def _is_same_plain(one: Any, other: Any) -> bool:
    """Only values whose comparison is Python's own are compared."""
    return one is other or (type(one) is type(other) and type(one) in (int, str, float, bool) and one == other)


class Found(NamedTuple):
    value: Any
    # What the value is called, for what a name hides: the first name on the way that hides something, else the last.
    name: str


def value_at(borrowed: Borrowed, context: Context, place: str) -> Found:
    """`MODULE:ATTRIBUTE.ATTRIBUTE`: names in modules, objects, classes and dicts. Raises InvalidArgument, and CommandFailed where it is not there."""
    module, colon, path = place.partition(":")
    if colon == "" or module == "" or path == "":
        raise InvalidArgument("%s is no MODULE:ATTRIBUTE" % context.text(place[:200]), "for example shop.settings:DEBUG")
    loaded = borrowed.entries(sys.modules)
    if module not in loaded:
        raise CommandFailed("the module %s is not loaded" % context.text(module[:200]), "python modules lists those that are")
    found, parts = loaded[module], path.split(".")
    for index, part in enumerate(parts):
        names = _names_in(borrowed, found)
        if part not in names:
            reached = ":".join([module, ".".join(parts[:index])]) if index else module
            raise CommandFailed(
                "%s has no %s that can be read as data" % (context.text(reached), context.text(part[:200])), "properties and slots are not read"
            )
        found = names[part]
    return Found(found, next((part for part in parts if context.hides(part)), parts[-1]))


def _names_in(borrowed: Borrowed, obj: Any) -> Dict[str, Any]:
    if is_module(obj):
        return borrowed.names(obj)
    if is_class(obj):
        return borrowed.class_names(obj)
    own = borrowed.attributes(obj)
    if is_instance_of(obj, _LAZY_OBJECT) and "_wrapped" in own:
        return dict(own, **_names_in_wrapped(borrowed, own["_wrapped"]))
    inner = borrowed.entries(obj)
    return dict(own, **inner) if inner else own


def _names_in_wrapped(borrowed: Borrowed, wrapped: Any) -> Dict[str, Any]:
    """What an object of Django's that is made when it is first asked for stands for; nothing before that."""
    names: Dict[str, Any] = {}
    for own, _is_default in _holders(borrowed, wrapped):
        names = dict(own, **names)
    return names
