"""Fingerprints of hidden values: equal secrets of one answer can be told to be equal, those of two answers can't."""

import re
from typing import Callable

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def create_fingerprint(key: bytes) -> Callable[[str], str]:
    """The first 8 hexadecimal digits of HMAC-SHA256 (RFC 2104) of a secret in UTF-8, a lone surrogate being U+FFFD, as in JavaScript."""

    def fingerprint(secret: str) -> str:
        # Loads OpenSSL where the application has not: only where something is hidden.
        import hmac

        data = _LONE_SURROGATE.sub("\ufffd", secret).encode()
        return hmac.new(key, data, "sha256").hexdigest()[:8]

    return fingerprint
