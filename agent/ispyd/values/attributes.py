"""The attributes of an object without asking it: its own dict and its slots through genuine descriptors, and properties as what they are, not run.

Asking for the dict makes one for an object that kept its attributes without (3.11 and later); the object stays the same.
"""

from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

from ispyd.values import genuine
from ispyd.values.neighbours import value_rules
from ispyd.values.walk import Subject, Value, Walk, inside, key_text, plain_text

_MOST_ATTRIBUTES = 16_384

# In the place of the value of a slot that is not bound.
_UNBOUND = object()


class AttributeFields(NamedTuple):
    fields: List[Dict[str, Any]]
    # How many there are in truth.
    field_count: int


_Attributes = List[Tuple[str, Any]]


def read_attribute_fields(walk: Walk, subject: Subject, extra: Sequence[Tuple[str, Any]] = ()) -> AttributeFields:
    """Attributes, then slots, then properties, at most as many as the limits allow; `extra` stands first."""
    attributes = [*extra, *_own_attributes(walk, subject)]
    taken = {name for name, _obj in attributes}
    properties = [name for name in walk.members.of(subject.type).properties if name not in taken]
    count = len(attributes) + len(properties)
    if subject.place.depth <= 0:
        return AttributeFields([], count)
    shown = attributes[: walk.limits.fields]
    rules = value_rules(walk, [(name, obj) for name, obj in shown])
    fields: List[Dict[str, Any]] = []
    for (name, obj), rule in zip(shown, rules):
        if walk.budget.full():
            return AttributeFields(fields, count)
        value: Value = {"kind": "unbound", "type": ""} if obj is _UNBOUND else walk.read(obj, inside(subject, rule))
        fields.append({"name": plain_text(walk, name), "value": value})
    for name in properties[: walk.limits.fields - len(fields)]:
        fields.append({"name": plain_text(walk, name), "value": {"kind": "property", "type": "property"}})
    return AttributeFields(fields, count)


def find_own_attribute(walk: Walk, subject: Subject, name: str) -> Optional[Any]:
    """One attribute by name, wherever the object keeps it; None where it has none."""
    found = genuine.entry(_own_attributes(walk, subject), name)
    return None if found is _UNBOUND else found


def _own_attributes(walk: Walk, subject: Subject) -> _Attributes:
    members = walk.members.of(subject.type)
    own: _Attributes = []
    for key, value in _dictionary_entries(walk, members.dictionary, subject.obj):
        name = key_text(walk, key)
        if name is not None:
            own.append((name, value))
    slots = [(name, _slot(descriptor, subject.obj)) for name, descriptor in members.slots]
    walk.holding.keep([value for _name, value in slots])
    return own + slots


def _dictionary_entries(walk: Walk, getter: Optional[Any], obj: Any) -> genuine.Entries:
    if getter is None:
        return []
    try:
        dictionary = genuine.get(getter, obj)
    except AttributeError:
        # "This object has no __dict__", from C code.
        return []
    if not walk.types.of(type(dictionary)).flags & genuine.DICT_SUBCLASS:
        return []
    entries, _torn = genuine.dict_entries(dictionary, _MOST_ATTRIBUTES)
    walk.holding.keep([key for key, _value in entries])
    walk.holding.keep([value for _key, value in entries])
    return entries


def _slot(descriptor: Any, obj: Any) -> Any:
    try:
        return genuine.get(descriptor, obj)
    except AttributeError:
        return _UNBOUND
