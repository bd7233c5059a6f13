"""The tests behind some value rules that no pattern can make: check digits, decoding, randomness.

Each narrows a stretch that a pattern found to the stretches that are secrets.
"""

import binascii
import re
from typing import Callable, Dict, List, Optional, Sequence, Tuple

from ispyd.redaction.rules import SECRET_WORDS, SECRET_WORDS_FOR_UUID

Stretch = Tuple[int, int]
Check = Callable[[str, int, int], Sequence[Stretch]]

_FEWEST_CARD_DIGITS = 13
_MOST_CARD_DIGITS = 19
_DIGITS = re.compile("[0-9]+")
_HEX_END = re.compile(r"[0-9a-fA-F]*\Z")
_HEX_BEGIN = re.compile("[0-9a-fA-F]*")
_FRACTION = re.compile(r"[0-9]\.\Z")


def _card_numbers(text: str, start: int, end: int) -> Sequence[Stretch]:
    """Groups of digits that together are a card number (ISO/IEC 7812-1: 13 to 19 digits, Luhn's check digit, an issuer beginning with 2 to 6)."""
    if end - start < _FEWEST_CARD_DIGITS or _is_within_hex(text, start, end) or _FRACTION.search(text[max(0, start - 2) : start]):
        return ()
    groups = [(start + found.start(), found.group()) for found in _DIGITS.finditer(text[start:end])]
    cards: List[Stretch] = []
    first = 0
    while first < len(groups):
        last = _last_group_of_card(groups, first)
        if last is not None:
            cards.append((groups[first][0], groups[last][0] + len(groups[last][1])))
            first = last
        first += 1
    return cards


def _last_group_of_card(groups: Sequence[Tuple[int, str]], first: int) -> Optional[int]:
    """The index of the group with which a card number that begins at group `first` ends.

    Cards are written in groups of three digits or more, save the last.
    """
    digits = ""
    longest: Optional[int] = None
    for index in range(first, len(groups)):
        digits += groups[index][1]
        if len(digits) > _MOST_CARD_DIGITS:
            break
        if len(digits) >= _FEWEST_CARD_DIGITS and digits[0] in "23456" and _passes_luhn(digits):
            longest = index
        if len(groups[index][1]) < 3:
            break
    return longest


def _passes_luhn(digits: str) -> bool:
    """Luhn's check (ISO/IEC 7812-1 annex B): every second digit from the right doubled, nines cast out, the sum ends in 0."""
    total = 0
    for index, letter in enumerate(reversed(digits)):
        digit = int(letter) * (2 if index % 2 else 1)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def _is_within_hex(text: str, start: int, end: int) -> bool:
    """Digits inside a long hexadecimal text (a commit, a digest) are no card; digits written in groups are not such a text."""
    found = text[start:end]
    if " " in found or "-" in found:
        return False
    before = _HEX_END.search(text[max(0, start - 64) : start])
    after = _HEX_BEGIN.match(text[end : end + 64])
    beside = (len(before.group()) if before else 0) + (len(after.group()) if after else 0)
    return beside > 0 and beside + end - start >= 24


def _name_and_password(text: str, start: int, end: int) -> Sequence[Stretch]:
    """RFC 7617: the credentials of basic authentication are `user:password` in base64."""
    encoded = text[start:end].rstrip("=").replace("-", "+").replace("_", "/")
    encoded = encoded[:-1] if len(encoded) % 4 == 1 else encoded
    try:
        decoded = binascii.a2b_base64(encoded + "=" * (-len(encoded) % 4))
    except binascii.Error:
        return ()
    return ((start, end),) if b":" in decoded else ()


# How far before a random text a word may stand that makes it a secret.
_BESIDE_CHARACTERS = 32
_UUID = re.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


def _random_beside_secret_word(text: str, start: int, end: int) -> Sequence[Stretch]:
    before = text[max(0, start - _BESIDE_CHARACTERS) : start].lower()
    candidate = text[start:end]
    is_uuid = _UUID.fullmatch(candidate) is not None
    words = SECRET_WORDS_FOR_UUID if is_uuid else SECRET_WORDS
    return ((start, end),) if any(word in before for word in words) and (is_uuid or _looks_random(candidate)) else ()


def _looks_random(text: str) -> bool:
    """Random letters and digits change their kind far more often than words and numbers do: at one place in six or more."""
    changes = digits = 0
    before = _kind_of(text[0])
    for letter in text:
        kind = _kind_of(letter)
        if kind == "digit":
            digits += 1
        # A capital before small letters is how words are joined in names: not counted.
        if kind != before and "other" not in (kind, before) and not (before == "upper" and kind == "lower"):
            changes += 1
        before = kind
    return 0 < digits < len(text) and changes * 6 >= len(text)


def _kind_of(letter: str) -> str:
    if "0" <= letter <= "9":
        return "digit"
    if "A" <= letter <= "Z":
        return "upper"
    return "lower" if "a" <= letter <= "z" else "other"


VALUE_CHECKS: Dict[str, Check] = {
    "card number": _card_numbers,
    "base64 name and password": _name_and_password,
    "random beside a secret word": _random_beside_secret_word,
}
