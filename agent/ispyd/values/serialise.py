"""The serialiser: any object of the application as a Value, the JSON of src/stacks/value.ts, the same that `ispyd locals` shows from outside.

No code of the application runs: see genuine.py for what is done instead. Stands between a plugin's `context.value` and the answer.
"""

import types
import weakref
from collections import deque
from typing import Any, Callable, Dict, Optional

from ispyd.redaction.redactor import Redactor
from ispyd.values import containers, genuine, named_values, objects, scalars, time_values
from ispyd.values.budget import Budget
from ispyd.values.genuine import identity
from ispyd.values.holding import Holding
from ispyd.values.known_secrets import KnownSecrets
from ispyd.values.known_types import KnownType
from ispyd.values.walk import Limits, Place, Subject, Value, Walk

__all__ = ["Limits", "Serialiser"]

_Reader = Callable[[Walk, Subject], Value]

# By the id of the nearest class that C code defines.
_READERS: Dict[int, _Reader] = {
    identity(type(None)): scalars.read_none,
    identity(bool): scalars.read_bool,
    identity(int): scalars.read_int,
    identity(str): scalars.read_str,
    identity(float): scalars.read_float,
    identity(complex): scalars.read_complex,
    identity(bytes): scalars.read_bytes,
    identity(bytearray): scalars.read_bytearray,
    identity(list): containers.read_list,
    identity(tuple): containers.read_tuple,
    identity(dict): containers.read_mapping,
    identity(set): containers.read_set,
    identity(frozenset): containers.read_set,
    identity(deque): containers.read_deque,
    identity(types.FunctionType): named_values.read_function,
    identity(types.MethodType): named_values.read_method,
    identity(types.BuiltinFunctionType): named_values.read_builtin,
    identity(types.ModuleType): named_values.read_module,
    identity(types.GeneratorType): named_values.read_generator,
    identity(types.CoroutineType): named_values.read_generator,
    identity(types.AsyncGeneratorType): named_values.read_generator,
    identity(weakref.ref): named_values.read_weak_reference,
    identity(object): objects.read_instance,
}

# C types of modules that the agent does not import for the sake of those who never did.
_READERS_BY_NAME: Dict[str, _Reader] = {
    "datetime.datetime": time_values.read_datetime,
    "datetime.date": time_values.read_date,
    "datetime.time": time_values.read_time,
    "datetime.timedelta": time_values.read_timedelta,
    "decimal.Decimal": objects.read_decimal,
}

_READERS_BY_FLAG = (
    (genuine.STR_SUBCLASS, scalars.read_str),
    (genuine.INT_SUBCLASS, scalars.read_int),
    (genuine.DICT_SUBCLASS, containers.read_mapping),
    (genuine.LIST_SUBCLASS, containers.read_list),
    (genuine.TUPLE_SUBCLASS, containers.read_tuple),
    (genuine.BYTES_SUBCLASS, scalars.read_bytes),
    (genuine.EXCEPTION_SUBCLASS, objects.read_exception),
    (genuine.TYPE_SUBCLASS, named_values.read_type),
)


class Serialiser:
    """For the values of one answer, which share its limits of size and time and its known secrets."""

    def __init__(self, redactor: Redactor, limits: Limits, deadline_check: Optional[Callable[[], object]] = None) -> None:
        """`deadline_check` is called every few values; what it raises ends the walk."""
        self._redactor = redactor
        self._limits = limits
        self._budget = Budget(limits.size_bytes, limits.duration_ms, deadline_check)
        self._secrets = KnownSecrets()

    @property
    def reached(self) -> str:
        """The limit that was reached first, "size" or "time"; empty where none was."""
        return self._budget.reached

    def value(self, obj: Any, name: str = "") -> Value:
        """The Value of an object, under the name that may hide it. Nothing of it is referred to when this returns or raises."""
        rule = self._redactor.hides_name(name) if name else None
        holding = Holding()
        walk: Optional[Walk] = Walk(self._redactor, self._limits, self._budget, self._secrets, holding, _read)
        try:
            value: Value = walk.read(obj, Place(self._limits.depth, (), rule))  # type: ignore[union-attr]
            self._secrets.hide_in(value, self._redactor)
            return value
        except BaseException as error:
            _clear_frames(error.__traceback__)
            raise
        finally:
            # What is known of classes refers to them, so it goes before the references are counted.
            obj = walk = None
            holding.release()


def _read(walk: Walk, obj: Any, place: Place) -> Value:
    if walk.budget.full():
        return {"kind": "left out", "type": ""}
    known = walk.types.of(type(obj))
    if identity(obj) in place.above:
        up = list(reversed(place.above)).index(identity(obj)) + 1
        return {"kind": "cycle", "type": known.name, "text": "%d level%s up" % (up, "" if up == 1 else "s")}
    subject = Subject(obj, known, place)
    if known.is_enum_member:
        member = objects.read_enum_member(walk, subject)
        if member is not None:
            return member
    if known.python and known.name == "uuid.UUID":
        identifier = objects.read_uuid(walk, subject)
        if identifier is not None:
            return identifier
    return _reader_of(known)(walk, subject)


def _reader_of(known: KnownType) -> _Reader:
    reader = _READERS.get(identity(known.native)) or _READERS_BY_NAME.get(known.native_name)
    if reader is not None:
        return reader
    for flag, by_flag in _READERS_BY_FLAG:
        if known.flags & flag:
            return by_flag
    return objects.read_instance


def _clear_frames(traceback: Optional[types.TracebackType]) -> None:
    """Takes the application's objects out of the frames that an exception carries along; the first is still at work."""
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
        traceback.tb_frame.clear()
