"""What makes fingerprints of one answer comparable among the workers that give it: a random key that processes forked from the one that loaded this
share and nobody else knows, and the client's random word for the answer. fork.py loads it before a master forks.
"""

import os

SERVICE_KEY = os.urandom(32)


def answer_key(answer: str) -> bytes:
    """Of one process alone where the client said no word. HMAC takes keys of any length (RFC 2104)."""
    return os.urandom(32) if answer == "" else SERVICE_KEY + answer.encode("utf-8", "replace")
