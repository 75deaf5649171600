"""XPath regular expressions in terms of Python's, refused where matching could take for ever."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from functools import lru_cache

from decisions.engine.limits import REGEX_CHARACTERS, REGEX_SUBJECT_CHARACTERS
from decisions.engine.regex_blocks import BLOCKS
from decisions.engine.regex_classes import (
    EVERYTHING,
    Ranges,
    category,
    characters,
    class_text,
    escaped,
    folded,
    negated,
    overlap,
    ranges_of,
    without,
)

_COST = 5_000_000
_SIMPLE_COST = 100_000_000
_TRIES_PER_STEP = 200
_MANY = 20
_FLAGS = {"s": re.DOTALL, "m": re.MULTILINE, "i": re.IGNORECASE}
_QUANTIFIER = re.compile(r"(?:[*+?]|\{\d+(?:,\d*)?\})\??")
_CATEGORY = re.compile(r"\\[pP]\{(?:Is([A-Za-z0-9-]+)|([A-Z][a-z]?))\}")
_LITERAL_ESCAPES = "\\|.?*+(){}[]^$-/"
_CONTROL_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_LINE_ENDS = characters("\n\r")
_SPLIT_COST = 8
_MOST_RANGES = 20_000


class PatternError(Exception):
    """Says in plain words why a pattern cannot be used."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A translated pattern and what it may cost on a text.

    `repeats` counts repetitions that can run through a whole text, `ways` how many ways short
    ones such as {0,3} and alternatives can be combined, `nested` is a repetition of either.
    A pattern `anchored` at the start of the text is tried there only.
    """

    compiled: re.Pattern[str]
    repeats: int
    nested: bool
    ways: int = 1
    anchored: bool = False

    def check_subject(self, text: str) -> int:
        """Refuse texts on which the pattern could run too long; gives the steps to pay for."""
        if len(text) > REGEX_SUBJECT_CHARACTERS:
            raise PatternError(
                f"The text has {len(text)} characters; patterns take {REGEX_SUBJECT_CHARACTERS}."
            )
        length = max(len(text), 2)
        base = 2 if self.nested else length
        exponent = length if self.nested else self.repeats + (not self.anchored)
        # One repetition alone is done in a tight loop.
        most = _COST if self.nested or self.repeats > 1 else _SIMPLE_COST
        cost = self.ways * base ** min(exponent, 64)
        if exponent > 64 or cost > most:
            raise PatternError(
                f"The pattern could take too long on a text of {len(text)} characters: "
                "it repeats inside or beside other repetitions."
            )
        return 1 + length // 10 + int(cost) // _TRIES_PER_STEP


@lru_cache(maxsize=512)
def translate(pattern: str, flags: str = "") -> Pattern:
    """Translate an XPath pattern with flags s, m, i, x, q; raises PatternError."""
    if len(pattern) > REGEX_CHARACTERS:
        raise PatternError(f"A pattern may have {REGEX_CHARACTERS} characters at most.")
    bits = 0
    for flag in flags:
        if flag not in "smixq":
            raise PatternError(f'"{flag}" is no flag; use s, m, i, x or q.')
        bits |= _FLAGS.get(flag, 0)
    if "q" in flags:
        return Pattern(re.compile(re.escape(pattern), bits), 0, False)
    if "x" in flags:
        pattern = _without_spaces(pattern)
    translator = _Translator(pattern, bits)
    try:
        compiled = re.compile(translator.translate(), bits & ~re.MULTILINE)
    except (re.error, OverflowError, RecursionError):
        raise PatternError("The pattern is not a regular expression.") from None
    whole = translator.groups_open[0]
    anchored = pattern.startswith("^") and not bits & re.MULTILINE and not whole.other_ways
    ways = whole.all_ways() * (_SPLIT_COST if translator.split else 1)
    return Pattern(compiled, whole.repeats, translator.nested, ways, anchored)


def _without_spaces(pattern: str) -> str:
    """Drop white space outside of classes, as the flag x asks."""
    kept, depth, after_backslash = [], 0, False
    for character in pattern:
        if not depth and character in " \t\n\r":
            continue
        kept.append(character)
        if after_backslash or character == "\\":
            after_backslash = not after_backslash
        elif character == "[":
            depth += 1
        elif character == "]":
            depth = max(depth - 1, 0)
    return "".join(kept)


@dataclass(slots=True)
class _Group:
    """What the atoms of a group read so far may cost."""

    ways: int = 1  # of the alternative that is being read
    other_ways: int = 0  # of the alternatives before it
    repeats: int = 0
    flexible: int = 0  # parts that may stand more or less often; alternatives count twice
    first: bool = False  # every round of the group begins with one character of the first atom
    last: bool = False  # and ends with one of the last atom
    atoms: list[Ranges] = field(default_factory=list)

    def all_ways(self) -> int:
        """Ways of all alternatives together."""
        return min(self.other_ways + self.ways, _COST + 1)

    def is_delimited(self) -> bool:
        """True when a text can be cut into rounds in one way only: (-[a-z]+)* or ([a-z]+-)*

        Each round begins or ends with a character that stands nowhere else in it, and at most
        one part of it is free in length.
        """
        if self.other_ways or self.flexible > 1 or not self.atoms:
            return False
        *before, last = self.atoms
        first, *after = self.atoms
        return (self.first and not any(overlap(first, atom) for atom in after)) or (
            self.last and not any(overlap(last, atom) for atom in before)
        )

    def take_round(self, inner: _Group, low: int, high: int, *, delimited: bool) -> None:
        """Add a group inside that may stand `low` to `high` times, `high` being few."""
        ways = inner.all_ways()
        if delimited:
            self.ways *= ways * (high - low + 1)
            self.repeats += inner.repeats
        else:
            self.ways *= sum(ways**count for count in range(low, high + 1)) or 1
            self.repeats += inner.repeats * max(high, 1)
        self.ways = min(self.ways, _COST + 1)


class _Translator:
    def __init__(self, pattern: str, bits: int) -> None:
        self.pattern = pattern
        self.bits = bits
        self.position = 0
        self.nested = False
        self.split = False
        self.ranges = 0
        self.groups_open = [_Group()]
        self.groups = 0

    def translate(self) -> str:
        """Give the pattern as Python writes it."""
        parts = []
        while self.position < len(self.pattern):
            parts.append(self.piece())
        if len(self.groups_open) != 1:
            raise PatternError("The pattern has an open parenthesis.")
        return "".join(parts)

    def take(self) -> str:
        """Take one character."""
        if self.position >= len(self.pattern):
            raise PatternError("The pattern ends too early.")
        self.position += 1
        return self.pattern[self.position - 1]

    def piece(self) -> str:
        """Translate one atom with its quantifier."""
        character = self.take()
        if character == "(":
            return self.open_group()
        if character == ")":
            if len(self.groups_open) == 1:
                raise PatternError("The pattern has a ) too many.")
            inner = self.groups_open.pop()
            return ")" + self.quantifier(inner, None)
        if character == "|":
            group = self.groups_open[-1]
            group.other_ways, group.ways = group.all_ways(), 1
            return "|"
        if character in "^$":
            return self.anchor(character)
        if character in "*+?{}":
            raise PatternError(f'"{character}" in the pattern repeats nothing.')
        text, ranges = self.atom(character)
        return text + self.quantifier(_Group(), ranges)

    def anchor(self, character: str) -> str:
        """Translate ^ or $; no line begins after a line end that ends the text."""
        if self.bits & re.MULTILINE:
            return r"(?:\A|(?<=\n)(?!\Z))" if character == "^" else r"(?=\n|\Z)"
        return r"\A" if character == "^" else r"\Z"

    def atom(self, character: str) -> tuple[str, Ranges]:
        """Translate what stands for one character, or a reference back."""
        if character == "\\":
            return self.escape()
        if character == ".":
            ranges = EVERYTHING if self.bits & re.DOTALL else negated(_LINE_ENDS)
        elif character == "[":
            ranges = self.character_class()
        else:
            return re.escape(character), characters(character)
        return self.written(ranges), ranges

    def any_case(self, ranges: Ranges) -> Ranges | None:
        """Give a class with both cases of its letters where the pattern does not tell them apart.

        Gives None for classes too large to go through.
        """
        return folded(ranges) if self.bits & re.IGNORECASE else ranges

    def written(self, ranges: Ranges) -> str:
        """Write a class, and remember whether it had to be written in two parts."""
        self.ranges += len(ranges)
        if self.ranges > _MOST_RANGES:
            raise PatternError("The pattern has too many classes of many characters.")
        text = class_text(ranges)
        self.split |= text.startswith("(?:")
        return text

    def open_group(self) -> str:
        """Translate ( or (?:"""
        self.groups_open.append(_Group())
        if self.pattern.startswith("?", self.position):
            if not self.pattern.startswith("?:", self.position):
                raise PatternError("Groups that look ahead or behind are not available.")
            self.position += 2
            return "(?:"
        self.groups += 1
        return "("

    def quantifier(self, inner: _Group, ranges: Ranges | None) -> str:
        """Take the quantifier after an atom of `ranges`, or a group, and count what it may cost."""
        match = _QUANTIFIER.match(self.pattern, self.position)
        text = match[0] if match else ""
        self.position += len(text)
        low, high = _bounds(text)
        group = self.groups_open[-1]
        group.last = ranges is not None and not text
        if ranges is not None:
            group.first |= group.last and not group.atoms
            group.atoms.append(self.any_case(ranges) or EVERYTHING)
        else:
            group.atoms += inner.atoms or [()]
        delimited = inner.is_delimited()
        group.flexible += inner.flexible + (low < high) + (2 if inner.other_ways else 0)
        if high < _MANY:
            group.take_round(inner, low, high, delimited=delimited)
        else:
            self.nested |= not delimited and (inner.all_ways() > 1 or inner.repeats > 0)
            group.take_round(inner, 1, 1, delimited=True)
            # Exactly so many times is one way, however many they are; and where rounds are
            # plain to see, only the end of the last one is open.
            group.repeats += low < high and not (delimited and inner.repeats)
        return text

    def escape(self) -> tuple[str, Ranges]:
        """Translate a backslash outside a class."""
        code = self.take()
        if code in "123456789":
            return self.reference(code), EVERYTHING
        ranges = self.escaped_ranges(code)
        if code == "d":
            return r"\d", ranges
        if code in "pP" and self.bits & re.IGNORECASE:
            return f"(?-i:{self.written(ranges)})", ranges
        return self.written(ranges), ranges

    def reference(self, digits: str) -> str:
        r"""Translate \1; a group that took no part counts as empty."""
        while (more := self.pattern[self.position : self.position + 1]) in tuple("0123456789"):
            if int(digits + more) > self.groups:
                break
            digits += self.take()
        if int(digits) > self.groups:
            raise PatternError(f'"\\{digits}" refers to a group that is not there.')
        self.nested = True
        return f"(?({digits})\\{digits})"

    def escaped_ranges(self, code: str) -> Ranges:
        """Give the characters that an escape stands for, inside or outside a class."""
        if code in _LITERAL_ESCAPES:
            return characters(code)
        if code in _CONTROL_ESCAPES:
            return characters(_CONTROL_ESCAPES[code])
        if code in "pP":
            return self.property()
        found = escaped(code)
        if found is None:
            raise PatternError(f'"\\{code}" is not known in patterns.')
        return found

    def property(self) -> Ranges:
        r"""Read \p{Lu} or \p{IsGreek}."""
        match = _CATEGORY.match(self.pattern, self.position - 2)
        if match is None:
            raise PatternError(r"After \p stands a category such as {Lu}.")
        self.position = match.end()
        name = match[1] or match[2]
        block = BLOCKS.get(name) if match[1] else None
        found = category(name) if match[2] else (block,) if block else ()
        if not found:
            kind = "block" if match[1] else "category"
            raise PatternError(f'There is no {kind} "{name}".')
        return negated(found) if match[0][1] == "P" else found

    def character_class(self) -> Ranges:
        """Read [...], with [a-z-[aeiou]] taking away."""
        opposite = self.pattern.startswith("^", self.position)
        self.position += opposite
        found: list[tuple[int, int]] = []
        taken_away: Ranges = ()
        character = self.take()
        while character != "]" or not found:
            if character == "-" and self.pattern.startswith("[", self.position) and found:
                self.position += 1
                taken_away = self.character_class()
                if self.take() != "]":
                    raise PatternError("Nothing may follow what a class takes away.")
                break
            found += self.class_part(character)
            character = self.take()
        whole = ranges_of(found)
        whole = self.any_case(whole) or whole
        return without(negated(whole) if opposite else whole, taken_away)

    def class_part(self, character: str) -> Ranges:
        """Read one character, escape or range a-z inside a class."""
        low = self.class_character(character)
        following = self.pattern[self.position + 1 : self.position + 2]
        if not self.pattern.startswith("-", self.position) or following in ("[", "]", ""):
            return low
        if character == "-":
            return low
        self.position += 1
        high = self.class_character(self.take())
        (first, last), (start, end) = low[0], high[0]
        if len(low) > 1 or len(high) > 1 or first != last or start != end or start < first:
            raise PatternError("A range inside a class goes from one character to a later one.")
        return ((first, start),)

    def class_character(self, character: str) -> Ranges:
        if character == "[":
            raise PatternError(r"Write \[ for a bracket inside a class.")
        return self.escaped_ranges(self.take()) if character == "\\" else characters(character)


def _bounds(quantifier: str) -> tuple[int, int]:
    """Give how often at least and at most an atom stands, a large number for no limit."""
    if not quantifier:
        return 1, 1
    core = quantifier.rstrip("?") or "?"
    if core in "?*+":
        return int(core == "+"), 1 if core == "?" else sys.maxsize
    low, comma, high = core[1:-1].partition(",")
    return int(low), int(high) if high else sys.maxsize if comma else int(low)
