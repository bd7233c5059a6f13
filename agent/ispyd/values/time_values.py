"""Dates, times and time spans of the datetime module, from the fields of its C types: no tzinfo of the application is asked."""

from typing import Any, Dict, Optional

from ispyd.values import genuine
from ispyd.values.genuine import identity
from ispyd.values.walk import Subject, Value, Walk, inside, text_value

# By the id of a C type, which is never freed.
_members: Dict[int, Dict[str, Any]] = {}


def _fields(native: type, obj: Any, *names: str) -> Any:
    members = _members.get(identity(native))
    if members is None:
        members = _members[identity(native)] = genuine.native_members(native)
    return tuple(genuine.get(members[name], obj) for name in names)


def read_datetime(walk: Walk, subject: Subject) -> Value:
    """ISO 8601 as isoformat() has it; with the zone as a field where its offset is not fixed."""
    text = "%sT%s" % (_date_text(subject), _time_text(subject))
    return _with_zone(walk, subject, "datetime", text)


def read_date(walk: Walk, subject: Subject) -> Value:
    return text_value(walk, subject, "date", _date_text(subject), 1)


def read_time(walk: Walk, subject: Subject) -> Value:
    return _with_zone(walk, subject, "time", _time_text(subject))


def read_timedelta(walk: Walk, subject: Subject) -> Value:
    """As str() has it: "1 day, 2:03:04.000005"."""
    days, seconds, microseconds = _fields(subject.type.native, subject.obj, "days", "seconds", "microseconds")
    text = "%d:%02d:%02d%s" % (seconds // 3_600, seconds // 60 % 60, seconds % 60, _fraction(microseconds))
    if days:
        text = "%d day%s, %s" % (days, "" if abs(days) == 1 else "s", text)
    return text_value(walk, subject, "timedelta", text, 1)


def _date_text(subject: Subject) -> str:
    return "%04d-%02d-%02d" % _fields(subject.type.native, subject.obj, "year", "month", "day")


def _time_text(subject: Subject) -> str:
    hour, minute, second, microsecond = _fields(subject.type.native, subject.obj, "hour", "minute", "second", "microsecond")
    return "%02d:%02d:%02d%s" % (hour, minute, second, _fraction(microsecond))


def _fraction(microseconds: int) -> str:
    return ".%06d" % microseconds if microseconds else ""


def _with_zone(walk: Walk, subject: Subject, kind: str, text: str) -> Value:
    (zone,) = _fields(subject.type.native, subject.obj, "tzinfo")
    if zone is None:
        return text_value(walk, subject, kind, text, 1)
    walk.holding.keep((zone,))
    offset = _fixed_offset(walk, zone)
    value = text_value(walk, subject, kind, text + (offset or ""), 1)
    if offset is None and "hidden" not in value:
        value["fields"] = [{"name": "tzinfo", "value": walk.read(zone, inside(subject))}]
    return value


def _fixed_offset(walk: Walk, zone: Any) -> Optional[str]:
    """Of a datetime.timezone, which has no subclasses; its C method gives the offset that it keeps."""
    known = walk.types.of(type(zone))
    if known.python or known.native_name != "datetime.timezone":
        return None
    span = genuine.native_members(known.native)["utcoffset"](zone, None)
    span_type = walk.types.of(type(span)).native
    days, seconds, microseconds = _fields(span_type, span, "days", "seconds", "microseconds")
    total = days * 86_400 + seconds
    size = abs(total)
    rest = ":%02d%s" % (size % 60, _fraction(microseconds)) if size % 60 or microseconds else ""
    return "%s%02d:%02d%s" % ("-" if total < 0 else "+", size // 3_600, size // 60 % 60, rest)
