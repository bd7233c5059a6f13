"""A list of texts that looks like a command line is redacted as one: the password after `--password` has no name of its own."""

from typing import Any, List, Optional, Sequence

from ispyd.values import genuine
from ispyd.values.walk import SCANNED_CHARACTERS, Subject, Value, Walk, inside, text_value


def read_argument_texts(walk: Walk, subject: Subject, items: Sequence[Any]) -> Optional[List[Value]]:
    """The items as redacted texts; None where they are not all texts, or none begins with a dash."""
    if len(items) < 2 or not all(walk.types.of(type(item)).flags & genuine.STR_SUBCLASS for item in items):
        return None
    texts = [genuine.exact_text(item, SCANNED_CHARACTERS) for item in items]
    if not any(text.startswith("-") for text in texts):
        return None
    values: List[Value] = []
    for item, text, redacted in zip(items, texts, walk.redactor.arguments(texts)):
        if walk.budget.full():
            break
        size = str.__len__(item)
        one = Subject(item, walk.types.of(type(item)), inside(subject))
        value = text_value(walk, one, "str", redacted, size, size > SCANNED_CHARACTERS)
        if redacted != text and "hidden" not in value:
            value["hidden"] = "value: password in a command"
        walk.budget.take(len(value["text"]) + 64)
        values.append(value)
    return values
