"""Objects by what they hold: instances of classes, exceptions, enum members, UUIDs, decimals."""

from typing import Any, List, Optional, Tuple

from ispyd.values import genuine
from ispyd.values.attributes import find_own_attribute, read_attribute_fields
from ispyd.values.walk import Subject, Value, Walk, hide_value, hiding_rule, inside, text_value

_exception_members = genuine.native_members(BaseException)

_UUID_BITS = 128
# Words of 19 digits each; more than some 15,000 digits are not written out.
_MOST_DECIMAL_WORDS = 800
_DIGITS_PER_WORD = 19


def read_instance(walk: Walk, subject: Subject) -> Value:
    """An object whose attributes are known; one without any is told by its type and address."""
    known = subject.type
    value: Value = {"kind": "instance", "type": known.name}
    rule = hiding_rule(subject)
    if rule is not None:
        return hide_value(walk, value, rule)
    fields, count = read_attribute_fields(walk, subject) if known.python else ([], 0)
    if count == 0:
        value["kind"] = "instance" if known.python and known.native is object else "opaque"
        value["address"] = genuine.address_of(subject.obj)
        return value
    value["fields"] = fields
    if len(fields) < count:
        value["cut"] = True
        value["fieldCount"] = count
    return value


def read_exception(walk: Walk, subject: Subject) -> Value:
    """Its arguments, then its attributes and what it was raised from."""
    value: Value = {"kind": "exception", "type": subject.type.name}
    rule = hiding_rule(subject)
    if rule is not None:
        return hide_value(walk, value, rule)
    arguments = genuine.get(_exception_members["args"], subject.obj)
    found = tuple.__getitem__(arguments, slice(0, walk.limits.items))
    size = tuple.__len__(arguments)
    walk.holding.keep(found)
    items = [walk.read(one, inside(subject)) for one in (found if subject.place.depth > 0 else ())]
    fields, count = read_attribute_fields(walk, subject, _cause(walk, subject.obj))
    value["items"] = items
    if count:
        value["fields"] = fields
    if size > len(items) or len(fields) < count:
        value["cut"] = True
        value["size"] = size
    if len(fields) < count:
        value["fieldCount"] = count
    return value


def _cause(walk: Walk, obj: Any) -> List[Tuple[str, Any]]:
    for name in ("__cause__", "__context__"):
        found = genuine.get(_exception_members[name], obj)
        if found is not None:
            walk.holding.keep((found,))
            return [(name, found)]
    return []


def read_enum_member(walk: Walk, subject: Subject) -> Optional[Value]:
    """Its name and value; None where it has neither, as while the class is being made."""
    inner = find_own_attribute(walk, subject, "_value_")
    if inner is None and find_own_attribute(walk, subject, "_name_") is None:
        return None
    name = find_own_attribute(walk, subject, "_name_")
    text = genuine.exact_text(name, 256) if walk.types.of(type(name)).flags & genuine.STR_SUBCLASS else ""
    member = text_value(walk, subject, "enum", text, len(text))
    if "hidden" not in member:
        rule = walk.redactor.hides_name(text)
        member["fields"] = [{"name": "value", "value": walk.read(inner, inside(subject, rule))}]
    return member


def read_uuid(walk: Walk, subject: Subject) -> Optional[Value]:
    """uuid.UUID in its usual form; None where its number is not found."""
    found = find_own_attribute(walk, subject, "int")
    if not walk.types.of(type(found)).flags & genuine.INT_SUBCLASS or int.bit_length(found) > _UUID_BITS:  # type: ignore[arg-type]
        return None
    digits = "%032x" % int.__int__(found)  # type: ignore[arg-type]
    raw = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    return text_value(walk, subject, "uuid", raw, len(raw))


def read_decimal(walk: Walk, subject: Subject) -> Value:
    """As str() has it. Of more than some 15,000 digits only about how many: the size of its memory tells, to 19 digits."""
    native: Any = subject.type.native
    words = (native.__sizeof__(subject.obj) - genuine.basic_size_of(native)) // 8
    if words > _MOST_DECIMAL_WORDS:
        return {"kind": "decimal", "type": subject.type.name, "cut": True, "size": words * _DIGITS_PER_WORD}
    raw: str = native.__str__(subject.obj)
    if "N" in raw:
        raw = raw.rstrip("0123456789")
    # The application's default context may write a small e.
    raw = raw.replace("e", "E") if raw[-1].isdigit() else raw
    digits = raw.lstrip("-").partition("E")[0].replace(".", "").lstrip("0")
    return text_value(walk, subject, "decimal", raw, max(1, len(digits)))
