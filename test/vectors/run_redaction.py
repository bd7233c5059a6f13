"""Runs the vectors of redaction.json through the agent's redaction engine, in Python 3.8 or later without any package.

Usage: python3 run_redaction.py VECTORS; prints each difference and a summary, ends with 1 where one differs.
"""

import json
import os
import re
import sys
from typing import Any, Dict, Tuple

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "agent"))

from ispyd.redaction.redactor import Redactor

FINGERPRINT = re.compile("(<hidden: [^<>#]+) #[0-9a-f]{8}>")


def expand(value: Any, joint: str) -> Any:
    """The vectors break well-known tokens with a joint, so that no scanner of repositories takes them for live ones."""
    if isinstance(value, str):
        return value.replace(joint, "")
    return [expand(item, joint) for item in value] if isinstance(value, list) else value


def without_fingerprint(found: str, given: str) -> str:
    """Fingerprints go from the marks that were made, not from those that were there."""
    return found if found == given else FINGERPRINT.sub(r"\1>", found)


def answer(vector: Dict[str, Any]) -> Tuple[Any, Dict[str, int]]:
    redactor = Redactor(b"key of the test")
    kind, given = vector["kind"], vector["input"]
    if kind == "name":
        found: Any = redactor.hides_name(given)
    elif kind == "type":
        found = redactor.hides_type(given)
    elif kind == "arguments":
        found = [without_fingerprint(*pair) for pair in zip(redactor.arguments(given), given)]
    elif kind == "named":
        found = without_fingerprint(redactor.named(vector["name"], given), given)
    elif kind == "cut":
        found = without_fingerprint(redactor.cut(given, vector["limit"]).text, given)
    else:
        found = without_fingerprint(redactor.text(given), given)
    return found, {total["rule"]: total["count"] for total in redactor.totals()}


def main() -> int:
    with open(sys.argv[1], encoding="utf-8") as file:
        document = json.load(file)
    differing = 0
    for number, raw in enumerate(document["vectors"]):
        vector = {key: expand(value, document["joint"]) for key, value in raw.items()}
        found, counts = answer(vector)
        if found != vector["expected"] or ("counts" in vector and counts != vector["counts"]):
            differing += 1
            print("vector %d: %r\n  expected %r\n  found    %r %r" % (number, vector["input"], vector["expected"], found, counts))
    print("%d vectors, %d differ, Python %s" % (len(document["vectors"]), differing, sys.version.split()[0]))
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
