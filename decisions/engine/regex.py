"""XPath regular expressions in terms of Python's, refused where matching could take for ever."""

from __future__ import annotations

import re
import sys
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from decisions.engine.limits import REGEX_CHARACTERS, REGEX_SUBJECT_CHARACTERS

_COST = 5_000_000
_TRIES_PER_STEP = 1_000
_MANY = 20
_FLAGS = {"s": re.DOTALL, "m": re.MULTILINE, "i": re.IGNORECASE}
_QUANTIFIER = re.compile(r"(?:[*+?]|\{\d+(?:,\d*)?\})\??")
_CATEGORY = re.compile(r"\\([pP])\{(?:Is([A-Za-z0-9-]+)|([A-Z][a-z]?))\}")
_NAME_START = r"A-Z_a-z:\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF"
_CLASSES = {
    "s": r" \t\n\r",
    "d": r"\d",
    "w": r"\w",
    "i": _NAME_START,
    "c": _NAME_START + r"\-.0-9\u00B7",
}
_LITERAL_ESCAPES = "\\|.?*+(){}[]^$-/"
_CONTROL_ESCAPES = "nrt"


class PatternError(Exception):
    """Says in plain words why a pattern cannot be used."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A translated pattern and what it may cost on a text.

    `repeats` counts repetitions that can run through a whole text, `ways` how many ways short
    ones such as {0,3} and alternatives can be combined, `nested` is a repetition of either.
    """

    compiled: re.Pattern[str]
    repeats: int
    nested: bool
    ways: int = 1

    def check_subject(self, text: str) -> int:
        """Refuse texts on which the pattern could run too long; gives the steps to pay for."""
        if len(text) > REGEX_SUBJECT_CHARACTERS:
            raise PatternError(
                f"The text has {len(text)} characters; patterns take {REGEX_SUBJECT_CHARACTERS}."
            )
        length = max(len(text), 2)
        base = 2 if self.nested else length
        exponent = length if self.nested else self.repeats + 1
        # One repetition in a text of any allowed length is quick enough in practice.
        mild = not self.nested and self.repeats <= 1
        if exponent > 64 or self.ways * (length if mild else base**exponent) > _COST:
            raise PatternError(
                f"The pattern could take too long on a text of {len(text)} characters: "
                "it repeats inside or beside other repetitions."
            )
        return 1 + length // 10 + int(base**exponent) // _TRIES_PER_STEP


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
        pattern = _SPACED.sub(lambda match: match[1] or "", pattern)
    translator = _Translator(pattern, bits)
    try:
        compiled = re.compile(translator.translate(), bits)
    except (re.error, OverflowError, RecursionError):
        raise PatternError("The pattern is not a regular expression.") from None
    whole = translator.groups_open[0]
    return Pattern(compiled, whole.repeats, translator.nested, whole.all_ways())


@dataclass(slots=True)
class _Group:
    """What the atoms of a group read so far may cost."""

    ways: int = 1  # of the alternative that is being read
    other_ways: int = 0  # of the alternatives before it
    repeats: int = 0
    flexible: int = 0  # parts that may stand more or less often; alternatives count twice
    first: str | None = None  # the character every round of the group begins with
    atoms: list[str] = field(default_factory=list)

    def all_ways(self) -> int:
        """Ways of all alternatives together."""
        return min(self.other_ways + self.ways, _COST + 1)

    def is_delimited(self, bits: int) -> bool:
        """True when a text can be cut into rounds in one way only: (-[a-z]+)*

        Each round begins with a character that stands nowhere else in it, and at most one part
        of it is free in length.
        """
        if self.first is None or self.other_ways or self.flexible > 1:
            return False
        return not any(re.fullmatch(atom, self.first, bits) for atom in self.atoms[1:])

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
        inner: _Group | None = None
        if character == "(":
            return self.open_group()
        if character == ")":
            if len(self.groups_open) == 1:
                raise PatternError("The pattern has a ) too many.")
            inner = self.groups_open.pop()
            atom = ")"
        elif character == "|":
            group = self.groups_open[-1]
            group.other_ways, group.ways = group.all_ways(), 1
            return "|"
        elif character == "[":
            atom = self.character_class()
        elif character == "\\":
            atom = self.escape()
        elif character == "." and not self.bits & re.DOTALL:
            atom = r"[^\n\r]"
        elif character == "$" and not self.bits & re.MULTILINE:
            return r"\Z"
        elif character in "^$":
            return character
        elif character in "*+?{}":
            raise PatternError(f'"{character}" in the pattern repeats nothing.')
        else:
            atom = "." if character == "." else re.escape(character)
        return atom + self.quantifier(atom, inner)

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

    def quantifier(self, atom: str, inner: _Group | None) -> str:
        """Take the quantifier after an atom or a group and count what it may cost."""
        match = _QUANTIFIER.match(self.pattern, self.position)
        text = match[0] if match else ""
        self.position += len(text)
        low, high = _bounds(text)
        group = self.groups_open[-1]
        if inner is None:
            if not group.atoms and not text and atom == re.escape(atom[-1]):
                group.first = atom[-1]
            group.atoms.append(atom)
            inner = _Group()
        else:
            group.atoms += inner.atoms or [""]
        delimited = inner.is_delimited(self.bits)
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

    def escape(self) -> str:
        """Translate a backslash outside a class."""
        code = self.take()
        if code in _LITERAL_ESCAPES:
            return re.escape(code)
        if code in _CONTROL_ESCAPES:
            return "\\" + code
        if code.lower() in _CLASSES:
            body = _CLASSES[code.lower()]
            return f"[^{body}]" if code.isupper() else f"[{body}]"
        if code in "pP":
            return f"[{self.category()}]"
        if code in "123456789" and int(code) <= self.groups:
            self.nested = True
            return f"(?:\\{code})"
        raise PatternError(f'"\\{code}" is not known in patterns.')

    def category(self) -> str:
        r"""Translate \p{Lu} to the characters it stands for."""
        match = _CATEGORY.match(self.pattern, self.position - 2)
        if match is None:
            raise PatternError(r"After \p stands a category such as {Lu}.")
        self.position = match.end()
        if match[2]:
            return _block(match[2], match[1] == "P")
        return _category(match[3], match[1] == "P")

    def character_class(self) -> str:
        """Translate [...], with [a-z-[aeiou]] taking away."""
        negated = self.pattern.startswith("^", self.position)
        self.position += negated
        parts: list[str] = []
        taken_away = ""
        while True:
            character = self.take()
            if character == "]" and parts:
                break
            if character == "-" and self.pattern.startswith("[", self.position):
                self.position += 1
                taken_away = self.character_class()
                if self.take() != "]":
                    raise PatternError("Nothing may follow what a class takes away.")
                break
            parts.append(self.class_part(character))
        body = f"[{'^' if negated else ''}{''.join(parts)}]"
        return f"(?:(?!{taken_away}){body})" if taken_away else body

    def class_part(self, character: str) -> str:
        """Translate one character or escape inside a class."""
        if character == "[":
            raise PatternError(r"Write \[ for a bracket inside a class.")
        if character != "\\":
            return "-" if character == "-" else re.escape(character)
        code = self.take()
        if code in _LITERAL_ESCAPES:
            return re.escape(code)
        if code in _CONTROL_ESCAPES or code in "dwDW":
            return "\\" + code
        if code in _CLASSES:
            return _CLASSES[code]
        if code == "S":
            return r"\S"
        if code in "pP":
            return self.category()
        raise PatternError(f'"\\{code}" is not known inside a class.')


def _bounds(quantifier: str) -> tuple[int, int]:
    """Give how often at least and at most an atom stands, a large number for no limit."""
    if not quantifier:
        return 1, 1
    core = quantifier.rstrip("?") or "?"
    if core in "?*+":
        return int(core == "+"), 1 if core == "?" else sys.maxsize
    low, comma, high = core[1:-1].partition(",")
    return int(low), int(high) if high else sys.maxsize if comma else int(low)


_BLOCKS = {
    "BasicLatin": (0x0, 0x7F),
    "Latin-1Supplement": (0x80, 0xFF),
    "LatinExtended-A": (0x100, 0x17F),
    "LatinExtended-B": (0x180, 0x24F),
    "IPAExtensions": (0x250, 0x2AF),
    "SpacingModifierLetters": (0x2B0, 0x2FF),
    "CombiningDiacriticalMarks": (0x300, 0x36F),
    "Greek": (0x370, 0x3FF),
    "GreekandCoptic": (0x370, 0x3FF),
    "Cyrillic": (0x400, 0x4FF),
    "Armenian": (0x530, 0x58F),
    "Hebrew": (0x590, 0x5FF),
    "Arabic": (0x600, 0x6FF),
    "Devanagari": (0x900, 0x97F),
    "Thai": (0xE00, 0xE7F),
    "HangulJamo": (0x1100, 0x11FF),
    "LatinExtendedAdditional": (0x1E00, 0x1EFF),
    "GreekExtended": (0x1F00, 0x1FFF),
    "GeneralPunctuation": (0x2000, 0x206F),
    "CurrencySymbols": (0x20A0, 0x20CF),
    "Arrows": (0x2190, 0x21FF),
    "MathematicalOperators": (0x2200, 0x22FF),
    "BoxDrawing": (0x2500, 0x257F),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "HangulSyllables": (0xAC00, 0xD7AF),
}


def _block(name: str, negated: bool) -> str:
    """Write a Unicode block as a range of a class."""
    if name not in _BLOCKS:
        raise PatternError(f'There is no block "{name}".')
    low, high = _BLOCKS[name]
    if not negated:
        return f"\\U{low:08x}-\\U{high:08x}"
    before = f"\\U00000000-\\U{low - 1:08x}" if low else ""
    return f"{before}\\U{high + 1:08x}-\\U{sys.maxunicode:08x}"


_SPACED = re.compile(r"(\[(?:[^\]\\]|\\.)*\])|[ \t\n\r]+", re.DOTALL)


@lru_cache(maxsize=64)
def _category(name: str, negated: bool) -> str:
    """List the characters of a Unicode category as ranges of a class."""
    ranges: list[str] = []
    start: int | None = None
    for code in range(sys.maxunicode + 2):
        inside = code <= sys.maxunicode and (
            unicodedata.category(chr(code)).startswith(name) != negated
        )
        if inside and start is None:
            start = code
        elif not inside and start is not None:
            ranges.append(f"\\U{start:08x}-\\U{code - 1:08x}")
            start = None
    if not ranges:
        raise PatternError(f'There is no category "{name}".')
    return "".join(ranges)


def replacement(text: str, groups: int) -> list[str | int]:
    """Split a replacement into texts and group numbers; raises PatternError."""
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        character = text[position]
        following = text[position + 1 : position + 2]
        if character == "\\":
            if following not in ("\\", "$"):
                raise PatternError(r"In a replacement, \ stands only before \ or $.")
            parts.append(following)
            position += 2
        elif character == "$":
            if not following.isdigit():
                raise PatternError("In a replacement, $ stands before the number of a group.")
            number = int(following)
            parts.append(number if number <= groups else "")
            position += 2
        else:
            parts.append(character)
            position += 1
    return parts
