"""A regular expression that backtracks for ever, in C, with the GIL held."""
import re


def check(text):
    print("ready", flush=True)
    return re.match(r"(a+)+$", text)  # culprit


check("a" * 64 + "!")
