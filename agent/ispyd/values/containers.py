"""Lists, tuples, namedtuples, sets, deques and dicts, through the methods of the C types alone."""

from collections import deque
from typing import Any, Dict, List, Sequence

from ispyd.values import genuine
from ispyd.values.argument_list import read_argument_texts
from ispyd.values.attributes import read_attribute_fields
from ispyd.values.neighbours import pair_rule, value_rules
from ispyd.values.walk import Subject, Value, Walk, hide_value, hiding_rule, inside, key_text, plain_text


def read_list(walk: Walk, subject: Subject) -> Value:
    items: Any = list.__getitem__(subject.obj, slice(0, walk.limits.items))
    return _sequence(walk, subject, "sequence", items, list.__len__(subject.obj))


def read_tuple(walk: Walk, subject: Subject) -> Value:
    size = tuple.__len__(subject.obj)
    items = tuple.__getitem__(subject.obj, slice(0, walk.limits.items))
    names = walk.members.of(subject.type).tuple_names if subject.type.python else None
    if names is not None and len(names) == size:
        return _named_items(walk, subject, items, names)
    return _sequence(walk, subject, "sequence", items, size)


def read_set(walk: Walk, subject: Subject) -> Value:
    kind: Any = subject.type.native
    items, torn = genuine.first_items(kind.__iter__, subject.obj, walk.limits.items)
    return _sequence(walk, subject, "set", items, kind.__len__(subject.obj), torn)


def read_deque(walk: Walk, subject: Subject) -> Value:
    items, torn = genuine.first_items(deque.__iter__, subject.obj, walk.limits.items)
    return _sequence(walk, subject, "sequence", items, deque.__len__(subject.obj), torn)


def _sequence(walk: Walk, subject: Subject, kind: str, items: Sequence[Any], size: int, torn: bool = False) -> Value:
    walk.holding.keep(items)
    value: Value = {"kind": kind, "type": subject.type.name}
    rule = hiding_rule(subject)
    if rule is not None:
        return _hide(walk, value, "items" if size == 0 else "", rule)
    shown = items if subject.place.depth > 0 else ()
    values = read_argument_texts(walk, subject, shown)
    value["items"] = _items(walk, subject, shown) if values is None else values
    if torn or len(value["items"]) < size:
        value["cut"] = True
        value["size"] = size
    _add_own_attributes(walk, subject, value)
    return value


def _hide(walk: Walk, value: Value, empty: str, rule: str) -> Value:
    """`empty`: what a container without content shows; it has nothing to hide."""
    if not empty:
        return hide_value(walk, value, rule)
    value[empty] = []
    return value


def _items(walk: Walk, subject: Subject, items: Sequence[Any]) -> List[Value]:
    rule = pair_rule(walk, items)
    values: List[Value] = []
    for index, item in enumerate(items):
        if walk.budget.full():
            break
        values.append(walk.read(item, inside(subject, rule if index == 1 else None)))
    return values


def _named_items(walk: Walk, subject: Subject, items: Sequence[Any], names: Sequence[str]) -> Value:
    walk.holding.keep(items)
    value: Value = {"kind": "sequence", "type": subject.type.name}
    rule = hiding_rule(subject)
    if rule is not None:
        return hide_value(walk, value, rule)
    fields: List[Dict[str, Any]] = []
    for name, item in zip(names, items if subject.place.depth > 0 else ()):
        if walk.budget.full():
            break
        fields.append({"name": plain_text(walk, name), "value": walk.read(item, inside(subject, walk.redactor.hides_name(name)))})
    value["fields"] = fields
    if len(fields) < len(names):
        value["cut"] = True
        value["fieldCount"] = len(names)
    return value


def read_mapping(walk: Walk, subject: Subject) -> Value:
    """A dict or an instance of a subclass, with the attributes of the latter."""
    size = dict.__len__(subject.obj)
    value: Value = {"kind": "mapping", "type": subject.type.name}
    rule = hiding_rule(subject)
    if rule is not None:
        return _hide(walk, value, "entries" if size == 0 else "", rule)
    found, torn = genuine.dict_entries(subject.obj, walk.limits.items) if subject.place.depth > 0 else ([], False)
    walk.holding.keep([key for key, _value in found])
    walk.holding.keep([inner for _key, inner in found])
    value["entries"] = _entries(walk, subject, found)
    if torn or len(value["entries"]) < size:
        value["cut"] = True
        value["size"] = size
    _add_own_attributes(walk, subject, value)
    return value


def _entries(walk: Walk, subject: Subject, found: genuine.Entries) -> List[Dict[str, Value]]:
    rules = value_rules(walk, [(key_text(walk, key), value) for key, value in found])
    entries: List[Dict[str, Value]] = []
    for (key, value), rule in zip(found, rules):
        if walk.budget.full():
            break
        entries.append({"key": walk.read(key, inside(subject)), "value": walk.read(value, inside(subject, rule))})
    return entries


def _add_own_attributes(walk: Walk, subject: Subject, value: Value) -> None:
    """What a class written in Python adds to a list or dict."""
    if not subject.type.python:
        return
    fields, count = read_attribute_fields(walk, subject)
    if count:
        value["fields"] = fields
    if len(fields) < count:
        value["cut"] = True
        value["fieldCount"] = count
