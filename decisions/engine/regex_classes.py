"""The characters that classes of XPath patterns stand for, as ranges of code points."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

Ranges = tuple[tuple[int, int], ...]
"""Code points from one to another, in order, without overlaps."""

EVERYTHING: Ranges = ((0, sys.maxunicode),)
_MOST_FOLDED = 3_000
_BEYOND = 0x10000
_FEW = 8
_SPECIAL = frozenset(map(ord, "\\[]^-&|~"))


def ranges_of(pairs: Iterable[tuple[int, int]]) -> Ranges:
    """Put ranges in order and join those that touch."""
    joined: list[tuple[int, int]] = []
    for low, high in sorted(pairs):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return tuple(joined)


def characters(text: str) -> Ranges:
    """Give the characters of a text as ranges."""
    return ranges_of((ord(character), ord(character)) for character in text)


def negated(ranges: Ranges) -> Ranges:
    """Give all other characters."""
    gaps: list[tuple[int, int]] = []
    start = 0
    for low, high in ranges:
        if low > start:
            gaps.append((start, low - 1))
        start = high + 1
    if start <= sys.maxunicode:
        gaps.append((start, sys.maxunicode))
    return tuple(gaps)


def without(ranges: Ranges, taken_away: Ranges) -> Ranges:
    """Take characters away."""
    return negated(ranges_of((*negated(ranges), *taken_away)))


def overlap(left: Ranges, right: Ranges) -> bool:
    """Tell whether two classes share a character."""
    together = ranges_of((*left, *right))
    return _size(together) < _size(left) + _size(right)


def _size(ranges: Ranges) -> int:
    return sum(high - low + 1 for low, high in ranges)


def folded(ranges: Ranges) -> Ranges | None:
    """Add the other case of every letter, unless the class is large."""
    if _size(ranges) > _MOST_FOLDED:
        return None
    own = "".join(chr(code) for low, high in ranges for code in range(low, high + 1))
    return characters(own + own.lower() + own.upper())


@lru_cache(maxsize=256)
def class_text(ranges: Ranges) -> str:
    """Write ranges as a class of Python, the shorter way round."""
    others = negated(ranges)
    if not others:
        return r"[\s\S]"
    if not ranges:
        return "(?!)"
    beyond = [(max(low, _BEYOND), high) for low, high in ranges if high >= _BEYOND]
    if len(beyond) <= _FEW:
        return _plain_class(*(("[^", others) if len(others) < len(ranges) else ("[", ranges)))
    # Python looks low characters up but goes through the ranges of high ones, one by one.
    near = [(low, min(high, _BEYOND - 1)) for low, high in ranges if low < _BEYOND]
    first = f"{_plain_class('[', near)}|" if near else ""
    return rf"(?:{first}(?=[\U00010000-\U0010ffff]){_plain_class('[', beyond)})"


def _plain_class(head: str, ranges: Iterable[tuple[int, int]]) -> str:
    return head + "".join(map(_range_text, ranges)) + "]"


def _range_text(pair: tuple[int, int]) -> str:
    low, high = (f"\\{chr(code)}" if code in _SPECIAL else chr(code) for code in pair)
    return low if low == high else f"{low}-{high}"


# Most of the code space is empty or private; to go through it all takes four times as long.
_ASSIGNED = (range(0x40000), range(0xE0000, 0xE1000))
_PRIVATE = ((0xF0000, 0xFFFFD), (0x100000, 0x10FFFD))
_UNASSIGNED = ((0x40000, 0xDFFFF), (0xE1000, 0xEFFFF), (0xFFFFE, 0xFFFFF), (0x10FFFE, 0x10FFFF))


@lru_cache(maxsize=1)
def _categories() -> dict[str, list[tuple[int, int]]]:
    """Sort every code point into its category, once."""
    found: dict[str, list[tuple[int, int]]] = {"Cn": [*_UNASSIGNED], "Co": [*_PRIVATE]}
    for codes in _ASSIGNED:
        start = codes.start
        for name, run in groupby(map(unicodedata.category, map(chr, codes))):
            end = start + len(list(run))
            found.setdefault(name, []).append((start, end - 1))
            start = end
    return found


@lru_cache(maxsize=64)
def category(name: str) -> Ranges:
    """Give the characters of a category such as Lu, or of all that begin with L; may be empty."""
    pairs = (found for key, found in _categories().items() if key.startswith(name))
    return ranges_of(pair for found in pairs for pair in found)


_NAME_START = (
    "A-Z_a-z:\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)


def _spelt(text: str) -> Ranges:
    """Read ranges spelt as a-z."""
    pairs, position = [], 0
    while position < len(text):
        ranged = text[position + 1 : position + 2] == "-"
        pairs.append((ord(text[position]), ord(text[position + 2 * ranged])))
        position += 1 + 2 * ranged
    return ranges_of(pairs)


_NAME_MORE = _spelt("--.0-9\u00b7\u0300-\u036f\u203f-\u2040")


@lru_cache(maxsize=16)
def escaped(code: str) -> Ranges | None:
    r"""Give the characters of \d, \w, \s, \i, \c or of their negations in upper case."""
    if code.isupper():
        positive = escaped(code.lower())
        return None if positive is None else negated(positive)
    if code == "d":
        return category("Nd")
    if code == "w":
        return negated(ranges_of((*category("P"), *category("Z"), *category("C"))))
    if code == "s":
        return characters(" \t\n\r")
    start = _spelt(_NAME_START)
    if code == "i":
        return start
    return ranges_of((*start, *_NAME_MORE)) if code == "c" else None
