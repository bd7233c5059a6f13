"""How far a generator, coroutine or asynchronous generator is, in the words of inspect.getgeneratorstate."""

import types
from typing import Any, Dict

from ispyd.values import genuine
from ispyd.values.genuine import identity

_PREFIXES = ((types.GeneratorType, "gi"), (types.CoroutineType, "cr"), (types.AsyncGeneratorType, "ag"))
# By the id of the type; its getters are named after it ("gi_frame", "cr_frame").
MEMBERS: Dict[int, Dict[str, Any]] = {
    identity(cls): {name.replace(prefix + "_", ""): member for name, member in genuine.native_members(cls).items()} for cls, prefix in _PREFIXES
}
# 3.11 alone: an asynchronous generator that has not begun stands behind this instruction. Source: Lib/opcode.py.
_RETURN_GENERATOR = 75


def generator_state(native: type, obj: Any) -> str:
    members = MEMBERS[identity(native)]
    if genuine.get(members["running"], obj):
        return "running"
    if "suspended" in members:
        if genuine.get(members["suspended"], obj):
            return "suspended"
        return "closed" if genuine.get(members["frame"], obj) is None else "not started"
    frame = genuine.get(members["frame"], obj)
    if frame is None:
        return "closed"
    last: int = frame.f_lasti
    started = last >= 0 and frame.f_code.co_code[last] != _RETURN_GENERATOR
    return "suspended" if started else "not started"
