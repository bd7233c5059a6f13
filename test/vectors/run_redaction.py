"""Runs the vectors of redaction.json under the rules of rules.json, in Python 3.8 or later without any package.

The rules are data for more than one language; this second engine shows that they read alike.
Usage: python3 run_redaction.py RULES VECTORS; prints each difference and a summary, ends with 1 where one differs.
"""

import base64
import binascii
import json
import re
import sys
from functools import lru_cache
from typing import Dict, List, NamedTuple, Optional, Tuple


class Span(NamedTuple):
    start: int
    end: int
    rule: str
    yields_to: Tuple[str, ...] = ()


class Extent(NamedTuple):
    start: int
    end: int
    next: int


def compiled(pattern: str, flags: str = "") -> "re.Pattern[str]":
    return re.compile(pattern, re.ASCII | (re.IGNORECASE if "i" in flags else 0))


def can_match(needs: Optional[List[str]], lower_text: str) -> bool:
    return needs is None or any(need in lower_text for need in needs)


class Names:
    """Whether a name hides its value."""

    def __init__(self, rules: dict) -> None:
        self.rules = rules["names"]
        self.most = rules["limits"]["nameCharacters"]
        self.contains = sorted(self.rules["contains"], key=len, reverse=True)
        self.rule = lru_cache(maxsize=2000)(self.rule_of)  # type: ignore[assignment]

    def snake(self, name: str) -> str:
        half = self.most // 2
        bounded = name[:half] + "_" + name[-half:] if len(name) > self.most else name
        return re.sub(r"[-_. \t\"'$]+", "_", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", bounded)).lower()

    def compact(self, name: str) -> str:
        return self.snake(name).replace("_", "")

    def rule_of(self, name: str) -> Optional[str]:
        if len(name) < 2:
            return None
        snake = self.snake(name)
        compact = snake.replace("_", "")
        entry = self.contained(snake, compact) or self.exact(compact) or self.word(snake)
        return None if entry is None else "name: " + (entry if re.fullmatch("[ -~]+", entry) else "password")

    def prose_rule(self, name: str) -> Optional[str]:
        rule = self.rule(name)
        if rule is None or self.compact(name).endswith(tuple(self.rules["proseEndings"])):
            return None
        return rule if rule[len("name: "):] in self.rules["prose"] else None

    def takes_whole_line(self, name: str) -> bool:
        compact = self.compact(name)
        return any(word in compact for word in self.rules["wholeLine"])

    def exact(self, compact: str) -> Optional[str]:
        bare = compact[4:] if compact.startswith("http") else compact
        forms = [compact, bare, re.sub(r"[0-9]+\Z", "", bare), re.sub(r"s\Z", "", bare)]
        return next((form for form in forms if form in self.rules["exact"]), None)

    def word(self, snake: str) -> Optional[str]:
        forms = [form for word in snake.split("_") for form in (word, re.sub(r"[0-9]+\Z", "", word), re.sub(r"s\Z", "", word))]
        return next((form for form in forms if form in self.rules["words"]), None)

    def contained(self, snake: str, compact: str) -> Optional[str]:
        harmless = self.harmless(snake)
        for word in self.contains:
            at = compact.find(word)
            while at >= 0:
                if not all(harmless[at:at + len(word)]):
                    return word
                at = compact.find(word, at + 1)
        return None

    def harmless(self, snake: str) -> List[bool]:
        marked = [False] * len(snake)
        for word in self.rules["readable"]:
            at = snake.find(word)
            while at >= 0:
                marked[at:at + len(word)] = [True] * len(word)
                at = snake.find(word, at + 1)
        return [flag for flag, letter in zip(marked, snake) if letter != "_"]


class Marks:
    def __init__(self, rules: dict) -> None:
        names, types = rules["names"], rules["types"]
        self.labels = {label_of(rule["id"]) for rule in rules["values"]}
        self.labels |= {"name " + entry for key in ("exact", "contains", "words") for entry in names[key]}
        self.labels |= {"type " + entry for key in ("exact", "contains") for entry in types[key]}
        self.pattern = compiled(r"<hidden: ([^<>#\r\n]{1,80}?)(?: #[0-9a-f]{8})?>")

    def end(self, text: str, at: int) -> Optional[int]:
        found = self.pattern.match(text, at)
        return found.end() if found and found.group(1) in self.labels else None

    def within(self, text: str) -> List[Tuple[int, int]]:
        return [found.span() for found in self.pattern.finditer(text) if found.group(1) in self.labels]

    def cut(self, text: str, limit: int) -> str:
        if len(text) <= limit:
            return text
        torn = [start for start, end in self.within(text) if start < limit < end]
        return text[:torn[0] if torn else limit]


def label_of(rule: str) -> str:
    return rule[len("value: "):] if rule.startswith("value: ") else rule.replace(": ", " ", 1)


class Extents:
    """How far a value reaches that stands beside its name."""

    def __init__(self, rules: dict, marks: Marks) -> None:
        self.marks = marks
        self.endings = {name: compiled(pattern) for name, pattern in rules["endings"].items()}
        self.readable = set(rules["names"]["readableValues"])
        self.opening = compiled(r"[bBrRuUfF]{0,2}(\\{0,8}[\"'`])")
        self.brackets = compiled(r"(?:[A-Za-z_][A-Za-z0-9_.]{0,80})?[\[({]")
        self.after_mark = compiled("[ \\t\\r\\n,;&)\\]}\"'`<\\\\]|\\Z")

    def of(self, text: str, at: int, ending: str) -> Extent:
        marked = self.marks.end(text, at)
        if marked is not None and self.after_mark.match(text, marked):
            return Extent(marked, marked, marked)
        if ending in ("line", "element"):
            return self.bare(text, at, ending)
        quote = self.opening.match(text, at)
        if quote:
            return self.quoted(text, quote.end(), quote.group(1))
        bracket = self.brackets.match(text, at)
        if bracket:
            end = closing_bracket(text, bracket.end())
            return Extent(at, end, end)
        return self.bare(text, at, "bare" if ending == "bare" else "line")

    def bare(self, text: str, at: int, ending: str) -> Extent:
        marked = self.marks.end(text, at)
        found = self.endings[ending].match(text, at if marked is None else marked)
        end = found.end() if found else at
        value = re.sub(r"(?<=[A-Za-z])[\])},.;:>]+\Z", "", text[at:end])
        if end - at < 64 and value in self.readable:
            return Extent(end, end, end)
        return Extent(at, end, end)

    def quoted(self, text: str, start: int, quote: str) -> Extent:
        end = closing_quote(text, start, quote)
        after = end + len(quote)
        if end == start or text[start:end] in self.readable or self.marks.end(text, start) == end:
            return Extent(after, after, after)
        return Extent(start, end, min(len(text), after))


def closing_quote(text: str, start: int, quote: str) -> int:
    letter = quote[-1]
    at = text.find(letter, start)
    while at >= 0:
        backslashes = 0
        while at - backslashes > start and text[at - backslashes - 1] == "\\":
            backslashes += 1
        if len(quote) > 1:
            if backslashes == len(quote) - 1:
                return at - backslashes
        elif backslashes % 2 == 0:
            if text[at + 1:at + 2] != letter:
                return at
            at += 1
        at = text.find(letter, at + 1)
    return len(text)


def closing_bracket(text: str, at: int) -> int:
    depth = 1
    while at < len(text):
        letter = text[at]
        if letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter in "\"'":
            at = closing_quote(text, at + 1, letter)
        if depth == 0:
            return at + 1
        at += 1
    return len(text)


def passes_luhn(digits: str) -> bool:
    total = 0
    for index, letter in enumerate(reversed(digits)):
        digit = int(letter) * (2 if index % 2 else 1)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def card_numbers(text: str, start: int, end: int) -> List[Tuple[int, int]]:
    before = re.search(r"[0-9a-fA-F]*\Z", text[max(0, start - 64):start])
    after = re.match(r"[0-9a-fA-F]*", text[end:end + 64])
    beside = len(before.group() if before else "") + len(after.group() if after else "")
    if re.search("[ -]", text[start:end]):
        beside = 0
    if end - start < 13 or (beside > 0 and beside + end - start >= 24) or re.search(r"[0-9]\.\Z", text[max(0, start - 2):start]):
        return []
    groups = [(start + found.start(), found.group()) for found in re.finditer(r"[0-9]+", text[start:end])]
    cards, first = [], 0
    while first < len(groups):
        last = last_group(groups, first)
        if last is not None:
            cards.append((groups[first][0], groups[last][0] + len(groups[last][1])))
            first = last
        first += 1
    return cards


def last_group(groups: List[Tuple[int, str]], first: int) -> Optional[int]:
    digits, longest = "", None
    for index in range(first, len(groups)):
        digits += groups[index][1]
        if len(digits) > 19:
            break
        if len(digits) >= 13 and digits[0] in "23456" and passes_luhn(digits):
            longest = index
        if len(groups[index][1]) < 3:
            break
    return longest


def name_and_password(text: str, start: int, end: int) -> List[Tuple[int, int]]:
    encoded = text[start:end].rstrip("=").replace("-", "+").replace("_", "/")
    encoded = encoded[:-1] if len(encoded) % 4 == 1 else encoded
    try:
        decoded = base64.b64decode(encoded + "=" * (-len(encoded) % 4))
    except binascii.Error:
        return []
    return [(start, end)] if b":" in decoded else []


def kind_of(letter: str) -> str:
    if "0" <= letter <= "9":
        return "digit"
    if "A" <= letter <= "Z":
        return "upper"
    return "lower" if "a" <= letter <= "z" else "other"


def looks_random(text: str) -> bool:
    kinds = [kind_of(letter) for letter in text]
    changes = sum(
        1 for one, two in zip(kinds, kinds[1:]) if one != two and "other" not in (one, two) and (one, two) != ("upper", "lower")
    )
    digits = kinds.count("digit")
    return 0 < digits < len(text) and changes * 6 >= len(text)


UUID = compiled(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\Z")


class Redactor:
    def __init__(self, rules: dict) -> None:
        self.rules = rules
        self.names = Names(rules)
        self.marks = Marks(rules)
        self.extents = Extents(rules, self.marks)
        self.values = [(rule, compiled(rule["pattern"], rule.get("flags", ""))) for rule in rules["values"]]
        self.assignments = [(rule, compiled(rule["pattern"])) for rule in rules["assignments"]]

    def hides_type(self, name: str) -> Optional[str]:
        bounded = name[-512:]
        exact = self.rules["types"]["exact"]
        if bounded in exact:
            return "type: " + bounded
        last = bounded[bounded.rfind(".") + 1:].split("[")[0]
        if last in exact:
            return "type: " + last
        compact = last.replace("_", "").lower()
        return next(("type: " + word for word in self.rules["types"]["contains"] if word in compact), None)

    def find_named(self, text: str, lower_text: str) -> List[Span]:
        spans = []
        for rule, pattern in self.assignments:
            found = pattern.search(text) if can_match(rule.get("needs"), lower_text) else None
            while found:
                name, at = found.group(1), found.end()
                hidden_by = self.names.rule(name) if rule["names"] == "all" else self.names.prose_rule(name)
                # "password_reset.py:33" is a line of a file, not a password.
                in_file = re.search(r"\.pyx?$", name) and re.match(r"[0-9]{1,7}(?![0-9A-Za-z])", text[at:at + 8])
                if hidden_by is not None and not in_file:
                    whole_line = rule.get("wholeLineEnding")
                    ending = whole_line if whole_line and self.names.takes_whole_line(name) else rule["ending"]
                    extent = self.extents.of(text, at, ending)
                    value = text[extent.start:extent.end]
                    if len(value) >= rule.get("least", 1) and self.marks.end(value, 0) != len(value):
                        spans.append(Span(extent.start, extent.end, hidden_by))
                    at = max(at, extent.next)
                found = pattern.search(text, at)
        return spans

    def find_values(self, text: str, lower_text: str) -> List[Span]:
        spans = []
        for rule, pattern in self.values:
            if not can_match(rule.get("needs"), lower_text):
                continue
            for found in pattern.finditer(text):
                start, end = found.span(1) if rule.get("group") and found.group(1) is not None else found.span()
                for stretch in self.checked(rule.get("check"), text, start, end):
                    spans.append(Span(stretch[0], stretch[1], rule["id"], tuple(rule.get("yieldsTo", ()))))
        return spans

    def checked(self, check: Optional[str], text: str, start: int, end: int) -> List[Tuple[int, int]]:
        if check is None:
            return [(start, end)]
        if check == "card number":
            return card_numbers(text, start, end)
        if check == "base64 name and password":
            return name_and_password(text, start, end)
        before, candidate = text[max(0, start - 32):start].lower(), text[start:end]
        is_uuid = UUID.match(candidate) is not None
        words = self.rules["secretWordsForUuid" if is_uuid else "secretWords"]
        return [(start, end)] if any(word in before for word in words) and (is_uuid or looks_random(candidate)) else []

    def scan(self, text: str, is_beginning: bool) -> Tuple[str, Dict[str, int], int]:
        limits = self.rules["limits"]
        scanned = text[:limits["scannedCharacters"]]
        lower_text = scanned.lower()
        marks = self.marks.within(scanned)
        found = [
            span for span in self.find_named(scanned, lower_text) + self.find_values(scanned, lower_text)
            if not any(start <= span.start and span.end <= end for start, end in marks)
        ]
        shown_end = len(scanned)
        if is_beginning or len(text) > len(scanned):
            shown_end = max(0, shown_end - limits["unshownCharacters"])
        parts, counts, at = [], {}, 0
        for span in merged(found):
            if span.start >= shown_end:
                break
            parts += [text[at:span.start], "<hidden: " + label_of(span.rule) + ">"]
            counts[span.rule] = counts.get(span.rule, 0) + 1
            at = span.end
        parts.append(self.marks.cut(text[at:], max(0, shown_end - at)))
        return "".join(parts), counts, len(text) - max(at, shown_end)

    def redact_text(self, text: str, is_beginning: bool = False) -> Tuple[str, Dict[str, int]]:
        shown, counts, unshown = self.scan(text, is_beginning)
        return shown + ("<not scanned, not shown: %d characters>" % unshown if unshown > 0 else ""), counts

    def hide(self, rule: str, text: str) -> Tuple[str, Dict[str, int]]:
        if text == "" or text in self.rules["names"]["readableValues"] or self.marks.end(text, 0) == len(text):
            return text, {}
        return "<hidden: " + label_of(rule) + ">", {rule: 1}

    def redact_named(self, name: str, text: str) -> Tuple[str, Dict[str, int]]:
        rule = self.names.rule(name)
        return self.redact_text(text) if rule is None else self.hide(rule, text)


def merged(found: List[Span]) -> List[Span]:
    yielded_to = {rule for span in found for rule in span.yields_to}
    stronger = [span for span in found if span.rule in yielded_to]
    kept = [
        span for span in found
        if not any(other.rule in span.yields_to and other.start < span.end and other.end > span.start for other in stronger)
    ]
    result: List[Span] = []
    longest = 0
    for span in sorted(kept, key=lambda one: one.start):
        length = span.end - span.start
        if not result or span.start >= result[-1].end:
            result.append(span)
            longest = length
            continue
        last = result[-1]
        result[-1] = Span(last.start, max(last.end, span.end), span.rule if length > longest else last.rule)
        longest = max(longest, length)
    return result


class Arguments:
    """Command lines, argument by argument."""

    COMMAND = "value: password in a command"

    def __init__(self, redactor: Redactor) -> None:
        self.redactor = redactor

    def redact(self, arguments: List[str]) -> Tuple[List[str], Dict[str, int]]:
        shown, counts, active, expected = [], {}, [], None
        for argument in arguments:
            announced = None if re.match(r"--[A-Za-z]", argument) else expected
            text, found = self.one(argument, active) if announced is None else self.expected(argument, *announced)
            shown.append(text)
            for rule, count in found.items():
                counts[rule] = counts.get(rule, 0) + count
            expected = self.announced(argument, active) if announced is None else None
            program = argument[argument.rfind("/") + 1:]
            active += [rule for rule in self.redactor.rules["commands"] if program in rule["programs"]]
        return shown, counts

    def expected(self, argument: str, rule: str, after_colon: bool) -> Tuple[str, Dict[str, int]]:
        if not after_colon:
            return self.redactor.hide(rule, argument)
        name, colon, secret = argument.partition(":")
        if not colon:
            return self.redactor.redact_text(argument)
        text, found = self.redactor.hide(rule, secret)
        return name + colon + text, found

    def one(self, argument: str, active: List[dict]) -> Tuple[str, Dict[str, int]]:
        glued = [flag for command in active for flag in command["glued"] if argument.startswith(flag) and argument != flag]
        assigned = re.match(r"-{0,2}([A-Za-z_][A-Za-z0-9_.-]*)=", argument)
        rule = self.redactor.names.rule(assigned.group(1)) if assigned else None
        prefix = assigned.group() if assigned else ""
        if glued:
            rule, prefix = self.COMMAND, glued[0]
        if rule is None:
            return self.redactor.redact_text(argument)
        text, found = self.redactor.hide(rule, argument[len(prefix):])
        return prefix + text, found

    def announced(self, argument: str, active: List[dict]) -> Optional[Tuple[str, bool]]:
        if any(argument in command["next"] for command in active):
            return self.COMMAND, False
        if any(argument in command["nextAfterColon"] for command in active):
            return self.COMMAND, True
        option = re.match(r"-{1,2}([A-Za-z][A-Za-z0-9_.-]*)\Z", argument)
        rule = self.redactor.names.rule(option.group(1)) if option else None
        return None if rule is None else (rule, False)


def expand(value: object, joint: str) -> object:
    """The vectors break well-known tokens with a joint, so that no scanner of repositories takes them for live ones."""
    if isinstance(value, str):
        return value.replace(joint, "")
    return [expand(item, joint) for item in value] if isinstance(value, list) else value


def answer(redactor: Redactor, vector: dict) -> Tuple[object, Dict[str, int]]:
    kind, given = vector["kind"], vector["input"]
    if kind == "name":
        return redactor.names.rule(given), {}
    if kind == "type":
        return redactor.hides_type(given), {}
    if kind == "named":
        return redactor.redact_named(vector["name"], given)
    if kind == "arguments":
        return Arguments(redactor).redact(given)
    if kind == "cut":
        shown, counts, _ = redactor.scan(given, False)
        return redactor.marks.cut(shown, vector["limit"]), counts
    return redactor.redact_text(given)


def main() -> int:
    with open(sys.argv[1], encoding="utf-8") as file:
        redactor = Redactor(json.load(file))
    with open(sys.argv[2], encoding="utf-8") as file:
        document = json.load(file)
    differing = 0
    for number, vector in enumerate(document["vectors"]):
        vector = {key: expand(value, document["joint"]) for key, value in vector.items()}
        found, counts = answer(redactor, vector)
        if found != vector["expected"] or ("counts" in vector and counts != vector["counts"]):
            differing += 1
            print("vector %d: %r\n  expected %r\n  found    %r %r" % (number, vector["input"], vector["expected"], found, counts))
    print("%d vectors, %d differ, Python %s" % (len(document["vectors"]), differing, sys.version.split()[0]))
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
